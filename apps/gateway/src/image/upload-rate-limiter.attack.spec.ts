import { UploadRateLimiter } from './upload-rate-limiter.service';

const mebibyte = 2 ** 20;

async function* piecesOf(count: number) {
  for (let index = 0; index < count; index += 1) yield Buffer.alloc(mebibyte / 4);
}

/** The times in ms at which the pieces of an upload arrive. */
async function timesOf(pieces: AsyncIterable<Buffer>): Promise<number[]> {
  const times: number[] = [];
  for await (const piece of pieces) if (piece.length > 0) times.push(performance.now());
  return times;
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] }));
afterEach(() => jest.useRealTimers());

test('ten uploads of a customer share one rate, and another customer has a separate one', async () => {
  const limiter = new UploadRateLimiter(mebibyte);
  const begun = performance.now();
  const many = Promise.all(Array.from({ length: 10 }, () => timesOf(limiter.limit('alice', piecesOf(8)))));
  const other = timesOf(limiter.limit('bob', piecesOf(2)));
  await jest.advanceTimersByTimeAsync(1);
  expect(await other).toEqual([begun, begun]);
  await jest.advanceTimersByTimeAsync(60_000);
  const times = (await many).flat().map((at) => at - begun);
  const within = (ms: number) => times.filter((at) => at <= ms).length;
  // Each of the ten may have one piece; then half a second's worth, then 4 pieces per second.
  expect(within(0)).toBeLessThanOrEqual(12);
  expect(within(5_000)).toBeLessThanOrEqual(12 + 5 * 4);
  expect(within(20_000)).toBe(80);
});

test('uploads one after the other share the rate as well, until the customer has paused', async () => {
  const limiter = new UploadRateLimiter(mebibyte);
  const begun = performance.now();
  const ends: number[] = [];
  const all = (async () => {
    for (let count = 0; count < 4; count += 1)
      ends.push(Math.max(...(await timesOf(limiter.limit('alice', piecesOf(8))))));
  })();
  await jest.advanceTimersByTimeAsync(60_000);
  await all;
  // 8 MiB in all, half a MiB of it without a wait.
  expect((ends.at(-1) ?? 0) - begun).toBeGreaterThanOrEqual(7_000);
  const later = performance.now();
  const next = timesOf(limiter.limit('alice', piecesOf(2)));
  await jest.advanceTimersByTimeAsync(1);
  expect(Math.max(...(await next)) - later).toBe(0);
});

test('an aborted upload releases its share', async () => {
  const limiter = new UploadRateLimiter(mebibyte);
  const aborted = limiter.limit('alice', piecesOf(8));
  await aborted.next();
  await aborted.return(undefined);
  const begun = performance.now();
  const next = timesOf(limiter.limit('alice', piecesOf(2)));
  await jest.advanceTimersByTimeAsync(1);
  expect((await next).map((at) => at - begun)).toEqual([0, 0]);
});
