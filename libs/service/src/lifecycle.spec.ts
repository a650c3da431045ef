import { setTimeout as sleep } from 'node:timers/promises';
import { configureLog } from './log';
import { Lifecycle, CannotStart } from './lifecycle';

beforeAll(() => configureLog({ service: 'test', instance: 'test', level: 'silent' }));

function recording(graceMs = 1_000, lameDuckMs = 0) {
  const lifecycle = new Lifecycle(graceMs, lameDuckMs);
  const done: string[] = [];
  const record = (name: string) => async () => void done.push(name);
  return { lifecycle, done, record };
}

test('stages start in order, whatever the order of registration', async () => {
  const { lifecycle, done, record } = recording();
  for (const stage of ['consume', 'serve', 'migrate', 'connect'] as const)
    lifecycle.onStart(stage, stage, record(stage));
  await lifecycle.start();
  expect(done).toEqual(['connect', 'migrate', 'serve', 'consume']);
});

test('stages stop in order, once, and a failure delays nothing', async () => {
  const { lifecycle, done, record } = recording();
  for (const stage of ['close', 'flush', 'drain', 'refuse'] as const) lifecycle.onStop(stage, stage, record(stage));
  lifecycle.onStop('refuse', 'broken', () => Promise.reject(new Error('no')));
  await lifecycle.start();
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  expect(done).toEqual(['refuse', 'drain', 'flush', 'close']);
});

test('a part that fails to start is retried, and listed as missing until it works', async () => {
  const { lifecycle } = recording();
  let tries = 0;
  lifecycle.onStart('connect', 'postgres', async () => {
    tries += 1;
    if (tries < 2) throw new Error('not yet');
  });
  const started = lifecycle.start();
  expect(lifecycle.missing()).toEqual(['postgres']);
  await started;
  expect(tries).toBe(2);
  expect(lifecycle.missing()).toEqual([]);
});

test('CannotStart ends the start', async () => {
  const { lifecycle } = recording();
  lifecycle.onStart('serve', 'grpc', () => Promise.reject(new CannotStart('port taken')));
  await expect(lifecycle.start()).rejects.toThrow('port taken');
});

test('a stop ends a waiting start', async () => {
  const { lifecycle, done, record } = recording();
  lifecycle.onStart('connect', 'never', () => Promise.reject(new Error('no')));
  lifecycle.onStart('serve', 'later', record('later'));
  const started = lifecycle.start();
  await lifecycle.stop();
  await started;
  expect(done).toEqual([]);
  expect(lifecycle.missing()).toEqual(['stopping']);
});

test('a stop that hangs is abandoned after the grace period', async () => {
  const { lifecycle } = recording(50);
  lifecycle.onStop('drain', 'stuck', () => new Promise(() => undefined));
  const before = performance.now();
  await lifecycle.stop();
  expect(performance.now() - before).toBeLessThan(4_000);
});

test('readiness is reported once per change', async () => {
  const { lifecycle } = recording();
  const seen: boolean[] = [];
  lifecycle.onReadiness((isReady) => seen.push(isReady));
  await lifecycle.start();
  expect(lifecycle.missing()).toEqual([]);
  await lifecycle.stop();
  expect(seen).toEqual([false, true, false]);
});

test('a lame duck keeps serving but is not ready, and background work yields immediately', async () => {
  const { lifecycle, done, record } = recording(20_000, 1_000);
  for (const stage of ['refuse', 'yield', 'drain'] as const) lifecycle.onStop(stage, stage, record(stage));
  await lifecycle.start();
  const before = performance.now();
  const stopped = lifecycle.stop();
  await sleep(20);
  expect(done).toEqual(['yield']);
  expect([lifecycle.isReady, lifecycle.isServing, lifecycle.isStopping]).toEqual([false, true, true]);
  await stopped;
  expect(done).toEqual(['yield', 'refuse', 'drain']);
  expect(performance.now() - before).toBeGreaterThanOrEqual(999);
  expect(lifecycle.isServing).toBe(false);
});

test('a slow yield delays the flush, not the refuse stage', async () => {
  const { lifecycle, done, record } = recording(20_000, 20);
  lifecycle.onStop('yield', 'slow', async () => {
    await sleep(60);
    done.push('yielded');
  });
  for (const stage of ['refuse', 'flush'] as const) lifecycle.onStop(stage, stage, record(stage));
  await lifecycle.start();
  await lifecycle.stop();
  expect(done).toEqual(['refuse', 'yielded', 'flush']);
});

test('a process that never served skips the lame-duck phase', async () => {
  const { lifecycle } = recording(1_000, 4_000);
  lifecycle.onStart('connect', 'never', () => Promise.reject(new Error('no')));
  void lifecycle.start();
  const before = performance.now();
  await lifecycle.stop();
  expect(performance.now() - before).toBeLessThan(3_000);
});

test('a full process keeps serving but is not ready until it has capacity', async () => {
  const { lifecycle } = recording();
  const seen: boolean[] = [];
  lifecycle.onReadiness((isReady) => seen.push(isReady));
  lifecycle.setFull(true);
  expect(lifecycle.missing()).toEqual([]);
  await lifecycle.start();
  expect([lifecycle.isReady, lifecycle.isServing, lifecycle.missing()]).toEqual([false, true, ['capacity']]);
  lifecycle.setFull(false);
  expect([lifecycle.isReady, lifecycle.missing()]).toEqual([true, []]);
  lifecycle.setFull(true);
  expect(seen).toEqual([false, true, false]);
});

test('a full process has a lame-duck phase too', async () => {
  const { lifecycle } = recording(20_000, 1_000);
  await lifecycle.start();
  lifecycle.setFull(true);
  const stopped = lifecycle.stop();
  await sleep(50);
  expect(lifecycle.isServing).toBe(true);
  await stopped;
});
