import { setTimeout as sleep } from 'node:timers/promises';
import { paymentsV1 } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';
import { Database, fingerprintOf, idempotently, openPool } from '@halftone/postgres';
import { requirePrincipal, type RunningService } from '@halftone/service';
import { bootService, eventually, freshSchema, type FreshSchema, OwnRedis, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, type Stubs } from '../services.fake';

interface Tables {
  effect: { key: string };
}

const stubs: Stubs = {};
let redis: OwnRedis;
let schema: FreshSchema;
let truth: Database<Tables>;
let services: RunningService;
let edges: RunningService[];

/** The service behind is one as ours are: the key, the effect and the answer in one transaction of a real database. */
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
  const env = gatewayEnv(services.grpcUrl, redis.url);
  edges = await Promise.all([bootService(gateway, env), bootService(gateway, env)]);
});
afterAll(async () => {
  await Promise.all(edges.map((edge) => edge.stop()));
  await services.stop();
  await truth.close();
  await schema.drop();
  await redis.kill();
});

/** On any replica; a client that is impatient hangs up at some moment of the request. */
async function transfer(key: string, patienceMs?: number): Promise<{ status: number; text: string } | undefined> {
  const edge = edges[Math.floor(Math.random() * edges.length)];
  const headers = {
    authorization: `Bearer ${await testToken('alice')}`,
    'content-type': 'application/json',
    'idempotency-key': key,
  };
  const body = JSON.stringify({ to: 'bob', amount: 10_000, currency: 'USD' });
  const signal = patienceMs === undefined ? null : AbortSignal.timeout(patienceMs);
  try {
    const answer = await fetch(`${edge?.httpUrl}/v1/transfers`, { method: 'POST', headers, body, signal });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return undefined;
  }
}

/** Asks until there is an answer, as a client does that wants its money moved once; 409, 503 and 504 mean "ask again". */
async function insist(key: string): Promise<string> {
  for (;;) {
    const answer = await transfer(key, Math.random() < 0.5 ? Math.ceil(Math.random() * 30) : undefined);
    if (answer?.status === 201) return answer.text;
    expect([undefined, 409, 503, 504]).toContain(answer?.status);
    await sleep(10);
  }
}

/** Every key is asked for by three at once, and once more by each after it has an answer. */
async function moveMoney(keys: readonly string[]): Promise<void> {
  await Promise.all(
    keys.map(async (key) => {
      const first = await Promise.all([insist(key), insist(key), insist(key)]);
      const again = await Promise.all(first.map(() => insist(key)));
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

const disturbances: [string, () => Promise<unknown>][] = [
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
    'silent for longer than anybody waits for it',
    async () => {
      redis.pause();
      await sleep(300);
      redis.resume();
      await sleep(50);
    },
  ],
];

test.each(disturbances)(
  'with Redis %s again and again, each key takes effect once and all get the same bytes',
  async (_, disturb) => {
    let disturbed = 0;
    let done = false;
    const disturbing = (async () => {
      for (; !done; disturbed += 1) await disturb();
    })();
    const asked: string[] = [];
    const before = Object.keys(await effects()).length;
    try {
      while (disturbed < 5 || asked.length < 60) {
        const keys = Array.from({ length: 10 }, () => uuidv7());
        await moveMoney(keys);
        asked.push(...keys);
      }
    } finally {
      done = true;
      await disturbing;
    }
    const counts = await effects();
    expect(asked.map((key) => counts[key])).toEqual(asked.map(() => 1));
    expect(Object.keys(counts)).toHaveLength(before + asked.length);
  },
);

test('what was answered while Redis was full or gone is answered the same after, first by the service, then by Redis', async () => {
  const key = uuidv7();
  await redis.fill();
  const first = await insist(key);
  await redis.empty();
  await redis.kill();
  expect(await insist(key)).toBe(first);
  await redis.start();
  await eventually(async () => {
    expect(await insist(key)).toBe(first);
    expect(await redis.holds(key)).toBe(true);
  });
  expect((await effects())[key]).toBe(1);
});
