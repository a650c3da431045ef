import { Wakeup } from './wakeup';

const MINUTE = 60_000;

test('a signal ends the wait', async () => {
  const wakeup = new Wakeup();
  const waiting = wakeup.within(MINUTE);
  wakeup.signal();
  await waiting;
});

test('a signal before the wait is not lost, but counts once', async () => {
  const wakeup = new Wakeup();
  wakeup.signal();
  wakeup.signal();
  await wakeup.within(MINUTE);
  const started = performance.now();
  await wakeup.within(30);
  expect(performance.now() - started).toBeGreaterThan(20);
});
