import { fixRequestQueue, RequestQueue } from './request-queue';

fixRequestQueue();

interface Throttled {
  push(request: {
    entry: { correlationId: number; resolve(): void };
    expectResponse: boolean;
    sendRequest(): void;
  }): void;
  maybeThrottle(ms: number): void;
}

/** A queue that records the sent requests; none is answered. */
function queue(maxInFlightRequests: number) {
  const made = new RequestQueue({
    ...{ maxInFlightRequests, requestTimeout: 1_000, clientId: 'test', broker: 'test' },
    logger: { debug: () => undefined },
  }) as unknown as Throttled;
  const sent: number[] = [];
  const push = (correlationId: number, expectResponse: boolean) =>
    made.push({
      entry: { correlationId, resolve: () => undefined },
      expectResponse,
      sendRequest: () => sent.push(correlationId),
    });
  return { made, sent, push };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('throttled requests are sent in order when the throttle time is over', () => {
  const { made, sent, push } = queue(10);
  made.maybeThrottle(1_000);
  push(1, false);
  push(2, false);
  jest.advanceTimersByTime(999);
  expect(sent).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(sent).toEqual([1, 2]);
  expect(jest.getTimerCount()).toBe(0);
});

test('a throttle that is extended delays the requests further', () => {
  const { made, sent, push } = queue(10);
  made.maybeThrottle(1_000);
  push(1, false);
  jest.advanceTimersByTime(500);
  made.maybeThrottle(2_000);
  jest.advanceTimersByTime(1_999);
  expect(sent).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(sent).toEqual([1]);
});

test('a queue without pending requests has no timer', () => {
  const { sent, push } = queue(1);
  push(1, true);
  expect([sent, jest.getTimerCount()]).toEqual([[1], 0]);
  push(2, true);
  expect([sent, jest.getTimerCount()]).toEqual([[1], 1]);
});
