import { randomUUID } from 'node:crypto';
import { TransferCapacity } from './transfer-capacity.service';

const limits = { bytes: 100, waitMs: 50, mostWaiting: 2, perCustomer: { bytes: 100, mostWaiting: 2 } };
const settled = (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => true), new Promise((resolve) => setImmediate(resolve, false))]);

test('a transfer that fits starts immediately, one that does not waits', async () => {
  const capacity = new TransferCapacity(limits);
  const [first, second, third] = [
    capacity.open(randomUUID()),
    capacity.open(randomUUID()),
    capacity.open(randomUUID()),
  ];
  await first.reserve(70);
  const waiting = second.reserve(60);
  const behind = third.reserve(10);
  expect(await settled(waiting)).toBe(false);
  // It would fit, but overtaking might starve the large one.
  expect(await settled(behind)).toBe(false);
  first.release();
  await Promise.all([waiting, behind]);
  expect(capacity.used).toBe(70);
  second.release();
  third.release();
  expect(capacity.used).toBe(0);
});

test('a transfer that waits too long is refused and blocks nobody', async () => {
  const capacity = new TransferCapacity(limits);
  const [first, second, third] = [
    capacity.open(randomUUID()),
    capacity.open(randomUUID()),
    capacity.open(randomUUID()),
  ];
  await first.reserve(90);
  const refused = second.reserve(20);
  const behind = third.reserve(10);
  await expect(refused).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterSeconds: 1 });
  await behind;
  expect(capacity.used).toBe(100);
  second.release();
  expect(capacity.used).toBe(100);
});

test('beyond the maximum number of waiters, a transfer is refused immediately', async () => {
  const capacity = new TransferCapacity(limits);
  await capacity.open(randomUUID()).reserve(100);
  const waiting = [1, 2].map(() => capacity.open(randomUUID()).reserve(1));
  await expect(capacity.open(randomUUID()).reserve(1)).rejects.toMatchObject({ code: 'OVERLOADED' });
  await Promise.allSettled(waiting);
});

test('growing beyond the reservation takes more capacity, and is refused without any', async () => {
  const capacity = new TransferCapacity(limits);
  const [first, second] = [capacity.open(randomUUID()), capacity.open(randomUUID())];
  await first.reserve(50);
  first.grow(40);
  expect(capacity.used).toBe(50);
  first.grow(60);
  second.grow(40);
  expect(capacity.used).toBe(100);
  expect(() => second.grow(41)).toThrow(expect.objectContaining({ code: 'OVERLOADED' }));
  second.release();
  second.release();
  expect(capacity.used).toBe(60);
});

test('a transfer larger than the capacity gets all of it', async () => {
  const capacity = new TransferCapacity(limits);
  const large = capacity.open(randomUUID());
  await large.reserve(150);
  expect(capacity.used).toBe(100);
  large.release();
  expect(capacity.used).toBe(0);
});

describe('the share of a customer', () => {
  const shared = () => new TransferCapacity({ ...limits, mostWaiting: 9, perCustomer: { bytes: 60, mostWaiting: 2 } });

  test('uploads beyond the share wait, and other customers overtake them', async () => {
    const capacity = shared();
    const own = [1, 2, 3].map(() => capacity.open('attacker'));
    await own[0]?.reserve(40);
    const waiting = own[1]?.reserve(40) ?? Promise.resolve();
    const ended = expect(own[2]?.reserve(40)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 1 });
    const bob = capacity.open('bob');
    await bob.reserve(60);
    expect([await settled(waiting), capacity.used]).toEqual([false, 100]);
    own[0]?.release();
    await waiting;
    await ended;
    bob.release();
    expect(capacity.used).toBe(40);
  });

  test('few uploads wait, the others are refused immediately', async () => {
    const capacity = shared();
    await capacity.open('attacker').reserve(60);
    const waiting = [1, 2].map(() => capacity.open('attacker').reserve(1));
    await expect(capacity.open('attacker').reserve(1)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await capacity.open('bob').reserve(40);
    await expect(Promise.all(waiting)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('unannounced uploads count towards the same share', async () => {
    const capacity = shared();
    const [first, second] = [capacity.open('attacker'), capacity.open('attacker')];
    first.grow(50);
    expect(() => second.grow(11)).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    capacity.open('bob').grow(50);
    first.release();
    second.grow(50);
    expect(capacity.used).toBe(100);
  });

  test('an upload larger than the share gets all of it', async () => {
    const capacity = shared();
    const large = capacity.open('alice');
    await large.reserve(150);
    large.grow(150);
    expect(capacity.used).toBe(60);
    large.release();
    expect(capacity.used).toBe(0);
  });
});
