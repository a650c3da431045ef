/** Password guesses arrive faster than they can be hashed. */
import { limits } from '@halftone/contracts';
import { runInCall } from '@halftone/service';
import { CustomerService } from './customer.service';
import type { CustomerStore } from './customer.store';
import { PasswordPool } from './password-pool.service';
import { hashPassword } from './password-hash.service';

const { passwordHashes, passwordHashesWaiting } = limits;
const capacity = passwordHashes.value + passwordHashesWaiting.value;

test('the pool hashes few passwords at the same time, queues few, and refuses the others immediately', async () => {
  const pool = new PasswordPool();
  let [running, most, done] = [0, 0, 0];
  const hash = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    done += 1;
  };
  const guesses = await Promise.allSettled(Array.from({ length: 500 }, () => pool.run(hash)));
  const refused = guesses.flatMap((guess) => (guess.status === 'rejected' ? [guess.reason as unknown] : []));
  expect([most, done]).toEqual([passwordHashes.value, capacity]);
  expect(refused).toHaveLength(500 - capacity);
  expect(refused[0]).toMatchObject({ code: 'OVERLOADED', retryAfterSeconds: 1 });
  await expect(pool.run(async () => 'again')).resolves.toBe('again');
});

test('a caller whose deadline has passed gets no hash', async () => {
  const pool = new PasswordPool();
  const late = runInCall({ deadline: Date.now() - 1 }, () => pool.run(async () => 'hashed'));
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  await expect(pool.run(async () => 'hashed')).resolves.toBe('hashed');
});

test('every password goes through the pool, also for an unknown customer', async () => {
  const alice = { id: 'alice', name: 'Alice', role: 'customer', passwordHash: await hashPassword('halftone') } as const;
  const store = { credentials: async (id: string) => (id === 'alice' ? alice : undefined) } as CustomerStore;
  const customers = new CustomerService(store, new PasswordPool());
  // The first call waits for the dummy hash; after it all 100 calls enter the pool before the first one leaves.
  await expect(customers.verify('unknown', 'guess')).rejects.toMatchObject({ code: 'WRONG_CREDENTIALS' });
  const ids = Array.from({ length: 100 }, (_, index) => (index % 2 ? 'alice' : 'unknown'));
  const guesses = await Promise.allSettled(ids.map((id) => customers.verify(id, 'guess')));
  const codes = guesses.map((guess) => (guess.status === 'rejected' ? (guess.reason as { code: string }).code : 'in'));
  expect(codes.filter((code) => code === 'WRONG_CREDENTIALS')).toHaveLength(capacity);
  expect(codes.filter((code) => code === 'OVERLOADED')).toHaveLength(100 - capacity);
});
