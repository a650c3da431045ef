import { configureLog } from './log';
import { Lifecycle, Unstartable } from './lifecycle';

beforeAll(() => configureLog({ service: 'test', instance: 'test', level: 'silent' }));

function recording(graceMs = 1_000) {
  const lifecycle = new Lifecycle(graceMs);
  const done: string[] = [];
  const note = (name: string) => async () => void done.push(name);
  return { lifecycle, done, note };
}

test('stages start in their order, whatever the order of registration', async () => {
  const { lifecycle, done, note } = recording();
  for (const stage of ['consume', 'serve', 'migrate', 'connect'] as const) lifecycle.onStart(stage, stage, note(stage));
  await lifecycle.start();
  expect(done).toEqual(['connect', 'migrate', 'serve', 'consume']);
});

test('stages stop in their order, once, and a failure holds nobody up', async () => {
  const { lifecycle, done, note } = recording();
  for (const stage of ['close', 'flush', 'drain', 'refuse'] as const) lifecycle.onStop(stage, stage, note(stage));
  lifecycle.onStop('refuse', 'broken', () => Promise.reject(new Error('no')));
  await lifecycle.start();
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  expect(done).toEqual(['refuse', 'drain', 'flush', 'close']);
});

test('a part that is not there yet is tried again, and named as missing until then', async () => {
  const { lifecycle } = recording();
  let tries = 0;
  lifecycle.onStart('connect', 'postgres', async () => {
    tries += 1;
    if (tries < 2) throw new Error('not yet');
  });
  const started = lifecycle.start();
  expect(await lifecycle.missing()).toEqual(['postgres']);
  await started;
  expect(tries).toBe(2);
  expect(await lifecycle.missing()).toEqual([]);
});

test('what cannot be helped by trying again ends the start', async () => {
  const { lifecycle } = recording();
  lifecycle.onStart('serve', 'grpc', () => Promise.reject(new Unstartable('port taken')));
  await expect(lifecycle.start()).rejects.toThrow('port taken');
});

test('a stop ends the waiting of a start', async () => {
  const { lifecycle, done, note } = recording();
  lifecycle.onStart('connect', 'never', () => Promise.reject(new Error('no')));
  lifecycle.onStart('serve', 'later', note('later'));
  const started = lifecycle.start();
  await lifecycle.stop();
  await started;
  expect(done).toEqual([]);
  expect(await lifecycle.missing()).toEqual(['stopping']);
});

test('a stop that hangs is left after the grace period', async () => {
  const { lifecycle } = recording(50);
  lifecycle.onStop('drain', 'stuck', () => new Promise(() => undefined));
  const before = performance.now();
  await lifecycle.stop();
  expect(performance.now() - before).toBeLessThan(500);
});

test('a failing check makes the process unready without stopping it', async () => {
  const { lifecycle } = recording();
  const seen: boolean[] = [];
  let broken = false;
  lifecycle.readyCheck('postgres', async () => {
    if (broken) throw new Error('gone');
  });
  lifecycle.onReadiness((isReady) => seen.push(isReady));
  await lifecycle.start();
  expect(await lifecycle.missing()).toEqual([]);
  broken = true;
  expect(await lifecycle.missing()).toEqual(['postgres']);
  await lifecycle.stop();
  expect(seen).toEqual([false, true, false]);
});
