import { setTimeout as sleep } from 'node:timers/promises';
import { paymentsV1 } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';
import { Database, fingerprintOf, idempotently, openPool } from '@halftone/postgres';
import { requirePrincipal, type RunningService } from '@halftone/service';
import { bootService, eventually, freshSchema, type FreshSchema, OwnRedis, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, type Stubs } from '../services.fixture';

interface Tables {
  effect: { key: string };
}

const stubs: Stubs = {};
let redis: OwnRedis;
let schema: FreshSchema;
let truth: Database<Tables>;
let services: RunningService;
let edges: RunningService[];

/** A realistic service: key, effect and answer in one transaction of a real database. */
stubs.createTransfer = async (request) => {
  const { idempotencyKey: key, to, amount, currency } = request;
  const { customer } = requirePrincipal();
  const fingerprint = fingerprintOf(Buffer.from(JSON.stringify([to, amount, currency])));
  const { response, replayed } = await truth.tx((tx) =>
    idempotently(tx, { customer, route: 'CreateTransfer', key }, fingerprint, paymentsV1.Transfer, async () => {
      await tx.insertInto('effect').values({ key }).execute();
      return { id: uuidv7(), from: customer, to, amount, currency, createdAt: new Date() };
    }),
  );
  return { transfer: response, replayed };
};

beforeAll(async () => {
  redis = await OwnRedis.prepare();
  await redis.start();
  schema = await freshSchema('payments');
  truth = new Database<Tables>(openPool(schema.url, 10, 'truth'));
  await truth.migrate('payments', [{ id: '0001-effect', up: 'create table effect (key text not null)' }]);
  services = await bootService(fakeServices(stubs));
  // One customer sends more concurrent requests than the limit allows.
  const env = { ...gatewayEnv(services.grpcUrl, redis.url), CUSTOMER_REQUESTS_AT_ONCE: '1000' };
  edges = await Promise.all([bootService(gateway, env), bootService(gateway, env)]);
});
afterAll(async () => {
  await Promise.all(edges.map((edge) => edge.stop()));
  await services.stop();
  await truth.close();
  await schema.drop();
  await redis.kill();
});

/** Sends to a random replica. With a timeout, the client disconnects in the middle of the request. */
async function transfer(key: string, timeoutMs?: number): Promise<{ status: number; text: string } | undefined> {
  const edge = edges[Math.floor(Math.random() * edges.length)];
  const headers = {
    authorization: `Bearer ${await testToken('alice')}`,
    'content-type': 'application/json',
    'idempotency-key': key,
  };
  const body = JSON.stringify({ to: 'bob', amount: 10_000, currency: 'USD' });
  const signal = timeoutMs === undefined ? null : AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(`${edge?.httpUrl}/v1/transfers`, { method: 'POST', headers, body, signal });
    return { status: answer.status, text: await answer.text() };
  } catch {
    // Disconnected or no answer: the caller retries with the same key.
    return undefined;
  }
}

/** Retries with the same key until there is an answer; 409, 503 and 504 mean "retry". */
async function transferUntilAnswered(key: string): Promise<string> {
  for (;;) {
    const answer = await transfer(key, Math.random() < 0.5 ? Math.ceil(Math.random() * 30) : undefined);
    if (answer?.status === 201) return answer.text;
    expect([undefined, 409, 503, 504]).toContain(answer?.status);
    await sleep(10);
  }
}

/** Sends every key three times concurrently, then three times again. */
async function moveMoney(keys: readonly string[]): Promise<void> {
  await Promise.all(
    keys.map(async (key) => {
      const first = await Promise.all([
        transferUntilAnswered(key),
        transferUntilAnswered(key),
        transferUntilAnswered(key),
      ]);
      const again = await Promise.all(first.map(() => transferUntilAnswered(key)));
      expect(new Set([...first, ...again]).size).toBe(1);
    }),
  );
}

async function effects(): Promise<Record<string, number>> {
  const rows = await truth.rows.selectFrom('effect').select('key').execute();
  const counts: Record<string, number> = {};
  for (const { key } of rows) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

const faults: [string, () => Promise<unknown>][] = [
  ['flushed', () => redis.flush().then(() => sleep(2))],
  ['killed and started again, empty', () => redis.kill().then(() => redis.start())],
  [
    'full',
    () =>
      redis
        .fill()
        .then(() => sleep(20))
        .then(() => redis.empty()),
  ],
  [
    'silent for longer than any timeout',
    async () => {
      redis.pause();
      await sleep(300);
      redis.resume();
      await sleep(50);
    },
  ],
];

test.each(faults)(
  'with Redis %s repeatedly, each key takes effect once and all answers are the same bytes',
  async (_, inject) => {
    let injected = 0;
    let done = false;
    const injecting = (async () => {
      for (; !done; injected += 1) await inject();
    })();
    const sentKeys: string[] = [];
    const before = Object.keys(await effects()).length;
    try {
      while (injected < 5 || sentKeys.length < 60) {
        const keys = Array.from({ length: 10 }, () => uuidv7());
        await moveMoney(keys);
        sentKeys.push(...keys);
      }
    } finally {
      done = true;
      await injecting;
    }
    const counts = await effects();
    expect(sentKeys.map((key) => counts[key])).toEqual(sentKeys.map(() => 1));
    expect(Object.keys(counts)).toHaveLength(before + sentKeys.length);
  },
);

test('an answer given while Redis was full or down is replayed later, first by the service, then by Redis', async () => {
  const key = uuidv7();
  await redis.fill();
  const first = await transferUntilAnswered(key);
  await redis.empty();
  await redis.kill();
  expect(await transferUntilAnswered(key)).toBe(first);
  await redis.start();
  await eventually(async () => {
    expect(await transferUntilAnswered(key)).toBe(first);
    expect(await redis.holds(key)).toBe(true);
  });
  expect((await effects())[key]).toBe(1);
});
