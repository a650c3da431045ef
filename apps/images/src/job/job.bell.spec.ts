import { JobBell } from './job.bell';

test('a ring ends the wait', async () => {
  const bell = new JobBell();
  const waited = bell.wait(60_000);
  bell.ring();
  await expect(waited).resolves.toBeUndefined();
});

test('a ring while nobody waits is heard at the next wait, once', async () => {
  const bell = new JobBell();
  bell.ring();
  await bell.wait(60_000);
  const started = Date.now();
  await bell.wait(20);
  expect(Date.now() - started).toBeGreaterThanOrEqual(15);
});
