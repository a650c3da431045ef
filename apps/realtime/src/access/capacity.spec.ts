import { memoryShare, retryAfterSeconds, Capacity } from './capacity';

const limits = { acceptsPerSecond: 2, connections: 10 };
const some = { connections: 1, memory: 0.1 };

test('new connections are limited to the rate', () => {
  const capacity = new Capacity(limits);
  expect([0, 0, 0].map((at) => capacity.tryConnect(some, at))).toEqual([undefined, undefined, 'rate']);
  expect(capacity.tryConnect(some, 500)).toBeUndefined();
});

test('at a limit nothing is admitted, and refusals do not count against the rate', () => {
  const capacity = new Capacity(limits);
  for (let time = 0; time < 5; time += 1) {
    expect(capacity.tryConnect({ ...some, connections: 10 }, 0)).toBe('connections');
    expect(capacity.tryConnect({ ...some, memory: 1 }, 0)).toBe('memory');
  }
  expect(capacity.tryConnect({ connections: 9, memory: 0.99 }, 0)).toBeUndefined();
});

test('a full process has capacity again only well below its limit', () => {
  const capacity = new Capacity(limits);
  const full = [9, 10, 9, 8, 9].map((connections) => capacity.isFull({ ...some, connections }));
  expect(full).toEqual([false, true, true, false, false]);
});

test('retries are spread over seconds', () => {
  expect([0, 0.5, 0.999].map((random) => retryAfterSeconds(random))).toEqual([1, 3, 5]);
});

test('each of four processes in one container is full before they reach its limit together', () => {
  const mebibyte = 1024 * 1024;
  const container = { shared: 1024 * mebibyte, heap: 0, heapLimit: 4096 * mebibyte };
  const each = { ...container, resident: 250 * mebibyte };
  expect(memoryShare(each, 4)).toBeGreaterThanOrEqual(1);
  expect(memoryShare(each, 1)).toBeLessThan(0.5);
  expect(memoryShare({ ...each, resident: 200 * mebibyte }, 4)).toBeLessThan(1);
});

test('short polls need memory and their own rate, but no connection', () => {
  const capacity = new Capacity(limits);
  expect(capacity.tryPoll({ ...some, memory: 1 }, 0)).toBe('memory');
  const polls = [0, 0, 0].map((at) => capacity.tryPoll({ ...some, connections: 10 }, at));
  expect(polls).toEqual([undefined, undefined, 'rate']);
  expect(capacity.tryConnect(some, 0)).toBeUndefined();
});
