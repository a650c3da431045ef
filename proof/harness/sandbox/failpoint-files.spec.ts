import { bugsIn } from './failpoint-files.ts';

test('a restart keeps the planted bugs and none of the faults', () => {
  expect(bugsIn('a.b=kill*1;idempotency.ignored=bug;c=delay:50')).toBe('idempotency.ignored=bug');
  expect(bugsIn('a.b=kill')).toBe('');
  expect(bugsIn('')).toBe('');
});
