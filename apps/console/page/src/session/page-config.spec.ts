import { realtimeUrls } from './page-config.ts';

const never = new AbortController().signal;
const json =
  (body: unknown, status = 200) =>
  () =>
    Promise.resolve(Response.json(body, { status }));
const good = json({ realtime: ['http://one.example'] });
const offline = () => Promise.reject(new TypeError('fetch failed'));

/** Gives the answers one by one, then fails; counts requests and pauses. */
function pageWith(...answers: (() => Promise<Response>)[]) {
  const pauses: number[] = [];
  let requests = 0;
  return {
    pauses,
    requests: () => requests,
    fetch: () => (answers[requests++] ?? offline)(),
    pause: async (failures: number) => void pauses.push(failures),
  };
}

test('the first valid answer is used', async () => {
  const page = pageWith(good);
  expect(await realtimeUrls(never, page)).toEqual(['http://one.example']);
  expect(page.pauses).toEqual([]);
});

test.each<[string, () => Promise<Response>]>([
  ['is offline', offline],
  ['gets a problem', json({ code: 'UNAVAILABLE' }, 503)],
  ['gets an error page that says 200', () => Promise.resolve(new Response('<html>', { status: 200 }))],
  ['gets an answer without the list', json({})],
  ['gets an empty list', json({ realtime: [] })],
  ['gets something else in the list', json({ realtime: [1] })],
  ['gets null', json(null)],
])('a page that %s retries, with increasing pauses', async (_what, bad) => {
  const page = pageWith(bad, bad, bad, good);
  expect(await realtimeUrls(never, page)).toEqual(['http://one.example']);
  expect(page.pauses).toEqual([0, 1, 2]);
  expect(page.requests()).toBe(4);
});

test('an aborted page stops retrying', async () => {
  const left = new AbortController();
  const page = pageWith(offline);
  const pause = async () => left.abort();
  expect(await realtimeUrls(left.signal, { ...page, pause })).toBeUndefined();
  expect(page.requests()).toBe(1);
});

test('aborting ends the pause', async () => {
  jest.useFakeTimers();
  const left = new AbortController();
  const page = pageWith(offline);
  const urls = realtimeUrls(left.signal, { fetch: page.fetch });
  await jest.advanceTimersByTimeAsync(0);
  expect(jest.getTimerCount()).toBe(1);
  left.abort();
  expect(await urls).toBeUndefined();
  expect(page.requests()).toBe(1);
  jest.useRealTimers();
});
