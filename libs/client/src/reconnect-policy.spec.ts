import { initial, nextAttempt, type Attempt, type Ending, type Targets } from './reconnect-policy.ts';

const targets: Targets = { addresses: 2, transports: 3, backoff: { baseMs: 500, capMs: 30_000 } };
const failed = (more: Partial<Ending> = {}): Ending => ({ opened: false, livedMs: 0, reason: 'refused', ...more });
const lost = (more: Partial<Ending> = {}): Ending => ({ opened: true, livedMs: 60_000, reason: 'cut', ...more });

/** Runs the policy over the endings, with the longest waits. */
function attemptsAfter(endings: readonly Ending[], over = targets, now = 0) {
  const attempts: { address: number; transport: number; waitMs: number }[] = [];
  let attempt: Attempt = initial();
  for (const ending of endings) {
    const next = nextAttempt(attempt, ending, over, now, () => 1);
    ({ attempt } = next);
    attempts.push({
      address: attempt.addressIndex % over.addresses,
      transport: attempt.transportIndex,
      waitMs: next.waitMs,
    });
  }
  return attempts;
}
const times = (count: number, ending: Ending) => Array.from({ length: count }, () => ending);

test('a lost connection is retried soon at another address', () => {
  expect(attemptsAfter([lost()])).toEqual([{ address: 1, transport: 0, waitMs: 500 }]);
});

test('a goodbye is followed by a reconnect after its delay', () => {
  expect(attemptsAfter([lost({ reconnectInMs: 123 })])).toEqual([{ address: 1, transport: 0, waitMs: 123 }]);
});

test('waits grow with the failed rounds, not with the addresses', () => {
  const waits = attemptsAfter(times(6, failed()), { ...targets, transports: 1 }).map(({ waitMs }) => waitMs);
  expect(waits).toEqual([500, 1_000, 1_000, 2_000, 2_000, 4_000]);
});

test('a connection that opened resets the failures', () => {
  expect(attemptsAfter([...times(6, failed()), lost()], { ...targets, transports: 1 }).at(-1)?.waitMs).toBe(500);
});

test('a transport without any answer is given up after a round over all addresses; after the last the first is next', () => {
  expect(attemptsAfter(times(6, failed())).map(({ transport }) => transport)).toEqual([0, 1, 1, 2, 2, 0]);
});

test('a transport that has worked is given up only after many rounds: the server may be down', () => {
  const attempts = attemptsAfter([lost(), ...times(10, failed())]).map(({ transport }) => transport);
  expect(attempts).toEqual([...times(10, failed()).map(() => 0), 1]);
});

test('a transport whose connections are cut right after they open is given up too', () => {
  const attempts = attemptsAfter(times(4, lost({ livedMs: 100 })));
  expect(attempts.map(({ transport }) => transport)).toEqual([0, 0, 0, 1]);
  expect(attempts.map(({ waitMs }) => waitMs)).toEqual([500, 1_000, 2_000, 2_000]);
});

test('a Retry-After counts once all addresses have failed, and the transport is kept', () => {
  const attempts = attemptsAfter(times(4, failed({ retryAfterMs: 9_000 })));
  expect(attempts.map(({ waitMs }) => waitMs)).toEqual([500, 9_000, 1_000, 9_000]);
  expect(new Set(attempts.map(({ transport }) => transport))).toEqual(new Set([0]));
});

test('rejected credentials do not change the transport', () => {
  expect(attemptsAfter(times(4, failed({ unauthenticated: true }))).map(({ transport }) => transport)).toEqual([
    0, 0, 0, 0,
  ]);
});

test('after a minute on a fallback transport, the next connection tries the best one', () => {
  const fallback = { ...initial(), transportIndex: 2, fellBackAt: 0 };
  expect(nextAttempt(fallback, lost(), targets, 30_000).attempt.transportIndex).toBe(2);
  expect(nextAttempt(fallback, lost(), targets, 61_000).attempt.transportIndex).toBe(0);
});
