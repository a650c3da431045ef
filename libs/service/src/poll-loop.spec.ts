import { renderMetrics } from './metrics';
import { PollLoop, type PollOptions } from './poll-loop';

const broken = () => Promise.reject(new Error('broken'));
let loops: PollLoop[] = [];

const started = (options: Omit<PollOptions, 'name' | 'everyMs'> & Partial<PollOptions>): PollLoop => {
  const loop = new PollLoop({ name: 'test', everyMs: 1_000, ...options });
  loops.push(loop);
  loop.start();
  return loop;
};

beforeEach(() => {
  loops = [];
  jest.useFakeTimers();
  // Maximum jitter, so a backoff is as long as possible.
  jest.spyOn(Math, 'random').mockReturnValue(1);
});

afterEach(async () => {
  for (const loop of loops) void loop.stop();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

test('runs immediately, then after each interval, one run at a time', async () => {
  const run = jest.fn(async () => undefined);
  started({ run });
  await jest.advanceTimersByTimeAsync(999);
  expect(run).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(2_001);
  expect(run).toHaveBeenCalledTimes(4);
});

test('a loop that is started twice runs once', async () => {
  const run = jest.fn(async () => undefined);
  started({ run }).start();
  await jest.advanceTimersByTimeAsync(0);
  expect(run).toHaveBeenCalledTimes(1);
});

test("a run that returns 'more' is followed by the next without a pause", async () => {
  const run = jest.fn<Promise<'more' | undefined>, []>().mockResolvedValue(undefined);
  run.mockResolvedValueOnce('more').mockResolvedValueOnce('more');
  started({ run });
  await jest.advanceTimersByTimeAsync(0);
  expect(run).toHaveBeenCalledTimes(3);
});

test('a wake ends the pause; one that comes during a run is not lost', async () => {
  let [runs, end] = [0, (): void => undefined];
  const loop = started({
    run: () => {
      runs += 1;
      return runs === 1 ? new Promise((resolve) => (end = resolve)) : Promise.resolve();
    },
  });
  loop.wake();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(runs).toBe(1);
  end();
  await jest.advanceTimersByTimeAsync(0);
  expect(runs).toBe(2);
  loop.wake();
  await jest.advanceTimersByTimeAsync(0);
  expect(runs).toBe(3);
});

test('a wake does not shorten the minimum pause', async () => {
  const run = jest.fn(async () => undefined);
  const loop = started({ run, atLeastMs: 200 });
  loop.wake();
  await jest.advanceTimersByTimeAsync(199);
  expect(run).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(run).toHaveBeenCalledTimes(2);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(run).toHaveBeenCalledTimes(3);
});

test('after failures it backs off 0.2 s, 0.4 s … 2 s despite wakes; after a success the interval applies again', async () => {
  const run = jest.fn<Promise<undefined>, []>(broken);
  const loop = started({ run, everyMs: 100 });
  const pauses = [];
  for (let failures = 1; failures <= 6; failures += 1) {
    expect(run).toHaveBeenCalledTimes(failures);
    const from = Date.now();
    while (run.mock.calls.length === failures) {
      loop.wake();
      await jest.advanceTimersByTimeAsync(100);
    }
    pauses.push(Date.now() - from);
  }
  expect(pauses).toEqual([200, 400, 800, 1_600, 2_000, 2_000]);
  run.mockImplementation(async () => undefined);
  await jest.advanceTimersByTimeAsync(2_000);
  const { length } = run.mock.calls;
  await jest.advanceTimersByTimeAsync(100);
  expect(run).toHaveBeenCalledTimes(length + 1);
});

test('a loop with a longer interval backs off up to it', async () => {
  const run = jest.fn(broken);
  started({ run, everyMs: 60_000 });
  await jest.advanceTimersByTimeAsync(600_000);
  const { length } = run.mock.calls;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(run).toHaveBeenCalledTimes(length + 1);
});

test('a stop ends a pause and a backoff, and nothing runs after it', async () => {
  for (const run of [jest.fn(async () => undefined), jest.fn(broken)]) {
    const loop = started({ run });
    await jest.advanceTimersByTimeAsync(0);
    expect(await loop.stop()).toBe(true);
    loop.wake();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(run).toHaveBeenCalledTimes(1);
  }
});

test('a loop that never started stops', async () => {
  expect(await new PollLoop({ name: 'test', everyMs: 1, run: broken }).stop()).toBe(true);
});

test('a stop aborts the signal of the current run and waits for it, up to a limit', async () => {
  let [end, isAborted] = [(): void => undefined, false];
  const run = (signal: AbortSignal) => {
    signal.addEventListener('abort', () => (isAborted = true));
    return new Promise<void>((resolve) => (end = resolve));
  };
  const stopped = started({ run }).stop(1_000);
  expect(isAborted).toBe(true);
  await jest.advanceTimersByTimeAsync(999);
  end();
  expect(await stopped).toBe(true);
  const late = started({ run }).stop(1_000);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await late).toBe(false);
});

test('runs are counted by outcome, with the time of the latest success', async () => {
  const run = jest.fn<Promise<undefined>, []>(broken);
  run.mockResolvedValueOnce(undefined);
  started({ name: 'counted', run });
  const began = Date.now() / 1_000;
  await jest.advanceTimersByTimeAsync(1_000);
  const lines = (await renderMetrics(undefined)).body.split('\n').filter((line) => line.includes('"counted"'));
  expect(lines.filter((line) => !line.includes('_bucket') && !line.includes('_sum'))).toEqual([
    'poll_runs_total{loop="counted",outcome="done"} 1',
    'poll_runs_total{loop="counted",outcome="failed"} 1',
    'poll_run_duration_seconds_count{loop="counted"} 2',
    `poll_last_done_timestamp_seconds{loop="counted"} ${began}`,
  ]);
});
