import { runInCall } from './call-context';
import { KeyedSemaphore } from './keyed-semaphore';

/** Work that ends when the test calls its function in `begun`. */
function slow(semaphore: KeyedSemaphore, key = 'a') {
  const begun: (() => void)[] = [];
  const ask = () =>
    semaphore.run(key, (waited) => new Promise<boolean>((resolve) => begun.push(() => resolve(waited))));
  return { begun, ask };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a key has a concurrency limit, a queue, and RATE_LIMITED when the queue is full', async () => {
  const semaphore = new KeyedSemaphore(2, 1);
  const { begun, ask } = slow(semaphore);
  const [first, second, third] = [ask(), ask(), ask()];
  await expect(ask()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  expect(begun).toHaveLength(2);
  begun[0]?.();
  expect(await first).toBe(false);
  await settled();
  expect(begun).toHaveLength(3);
  begun.slice(1).forEach((end) => end());
  expect(await Promise.all([second, third])).toEqual([false, true]);
});

test('keys do not wait for each other, and failed work frees its slot', async () => {
  const semaphore = new KeyedSemaphore(1, 1);
  const { begun, ask } = slow(semaphore);
  const first = ask();
  await expect(semaphore.run('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await semaphore.run('b', async () => 'done')).toBe('done');
  begun[0]?.();
  await first;
});

test('a waiter past its deadline leaves the queue, and the next one moves up', async () => {
  const semaphore = new KeyedSemaphore(1, 2);
  const { begun, ask } = slow(semaphore);
  const first = ask();
  const late = runInCall({ deadline: Date.now() + 20 }, ask);
  const patient = ask();
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  expect(semaphore.waiting).toBe(1);
  begun[0]?.();
  await first;
  await settled();
  begun[1]?.();
  expect(await patient).toBe(true);
  expect(begun).toHaveLength(2);
});
