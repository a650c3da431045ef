import { retryAfterSeconds, Room } from './room';

const limits = { acceptsPerSecond: 2, connections: 10 };
const some = { connections: 1, memory: 0.1 };

test('a storm is let in at the rate, whatever room there is', () => {
  const room = new Room(limits);
  expect([0, 0, 0].map((at) => room.take(some, at))).toEqual([undefined, undefined, 'rate']);
  expect(room.take(some, 500)).toBeUndefined();
});

test('nobody is let in beyond a limit, and that takes nothing from the rate', () => {
  const room = new Room(limits);
  for (let time = 0; time < 5; time += 1) {
    expect(room.take({ ...some, connections: 10 }, 0)).toBe('connections');
    expect(room.take({ ...some, memory: 1 }, 0)).toBe('memory');
  }
  expect(room.take({ connections: 9, memory: 0.99 }, 0)).toBeUndefined();
});

test('who was full has room only well below its limit', () => {
  const room = new Room(limits);
  const full = [9, 10, 9, 8, 9].map((connections) => room.isFull({ ...some, connections }));
  expect(full).toEqual([false, true, true, false, false]);
});

test('those turned away come back spread over seconds', () => {
  expect([0, 0.5, 0.999].map((random) => retryAfterSeconds(random))).toEqual([1, 3, 5]);
});
