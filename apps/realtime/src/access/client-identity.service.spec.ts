import { dueAt } from './client-identity.service';

test.each([
  [0, false, undefined],
  [69_999, false, undefined],
  [70_000, false, 'warn'],
  [70_000, true, undefined],
  [99_999, true, undefined],
  [100_000, true, 'end'],
  [100_000, false, 'end'],
])('at %d ms of a token of 100 s, warned before: %s: the action is %s', (now, wasWarned, due) => {
  expect(dueAt(now, 100_000, wasWarned)).toBe(due);
});
