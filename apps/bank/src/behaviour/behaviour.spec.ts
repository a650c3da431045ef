import { fateOf, wellBehaved } from './behaviour';

const never = () => 0.999;
const always = () => 0;

test('a bank that behaves does what it is asked at once and says so', () => {
  expect(fateOf(wellBehaved, always)).toEqual({ delayMs: 0, before: 'go-on', reply: 'send' });
});

test('what it does badly, it does as often as it should', () => {
  const flaky = { ...wellBehaved, latencyMs: 50, errorRate: 0.5, dropReplyRate: 0.5 };
  expect(fateOf(flaky, always)).toEqual({ delayMs: 50, before: 'fail', reply: 'cut' });
  expect(fateOf(flaky, never)).toEqual({ delayMs: 50, before: 'go-on', reply: 'send' });
});

test('down is worse than hanging, and hanging worse than failing', () => {
  const all = { ...wellBehaved, errorRate: 1, hang: true, down: true };
  expect(fateOf(all, always).before).toBe('cut');
  expect(fateOf({ ...all, down: false }, always).before).toBe('hang');
});
