import { faultPlanOf, normalBehaviour } from './behaviour';

const never = () => 0.999;
const always = () => 0;

test('normal behaviour executes and answers immediately', () => {
  expect(faultPlanOf(normalBehaviour, always)).toEqual({ delayMs: 0, before: 'proceed', reply: 'send' });
});

test('faults happen with their configured probability', () => {
  const flaky = { ...normalBehaviour, latencyMs: 50, errorRate: 0.5, dropReplyRate: 0.5 };
  expect(faultPlanOf(flaky, always)).toEqual({ delayMs: 50, before: 'fail', reply: 'cut' });
  expect(faultPlanOf(flaky, never)).toEqual({ delayMs: 50, before: 'proceed', reply: 'send' });
});

test('down takes precedence over hang, and hang over errors', () => {
  const all = { ...normalBehaviour, errorRate: 1, hang: true, down: true };
  expect(faultPlanOf(all, always).before).toBe('cut');
  expect(faultPlanOf({ ...all, down: false }, always).before).toBe('hang');
});
