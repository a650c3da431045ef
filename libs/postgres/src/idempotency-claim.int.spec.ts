import { DomainError } from '@halftone/kernel';
import { eventually, freshSchema, type FreshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { openPool } from './connections';
import { Database, type Tx } from './database';
import {
  claimKey,
  completeKey,
  idempotently,
  setRecoveryPoint,
  refuseKey,
  releaseKey,
  storedResponse,
} from './idempotency';
import { setKeyLifetime } from './idempotency.store';

const text = {
  encode: (value: string) => ({ finish: () => Buffer.from(value) }),
  decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
};
const claim = { customer: 'alice', route: 'payments.CreatePayment', key: 'k1' };
const refused = new DomainError('BANK_REFUSED', 'the account is closed', [{ path: 'method', message: 'try another' }]);

let schema: FreshSchema;
let database: Database;

beforeEach(async () => {
  schema = await freshSchema('payments');
  database = new Database(openPool(schema.url, 5, 'test'));
  await database.migrate('payments', []);
});
afterEach(async () => {
  setKeyLifetime(24);
  await database.close();
  await schema.drop();
});

const claimed = (fingerprint = 'f1') => database.tx((tx) => claimKey(tx, claim, fingerprint, text));
const complete = (response: string) => database.tx((tx) => completeKey(tx, claim, text, response));
const call = (effect: () => Promise<string>) => database.tx((tx) => idempotently(tx, claim, 'f1', text, effect));
const ageBy = (interval: string) =>
  sql`update idempotency set expires_at = expires_at - ${interval}::interval`.execute(database.rows);
const point = async () => {
  const { rows } = await sql<{ recovery_point: string }>`select recovery_point from idempotency`.execute(database.rows);
  return rows[0]?.recovery_point;
};

describe('work that takes more than one transaction', () => {
  test('a request during the work gets IDEMPOTENCY_IN_FLIGHT, a later one gets the response', async () => {
    expect(await claimed()).toEqual({ claimed: true });
    await expect(claimed()).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' });
    expect(await storedResponse(database.rows, claim, 'f1', text)).toBeUndefined();
    await complete('done');
    expect(await claimed()).toEqual({ claimed: false, response: 'done' });
  });

  test('a different request with its key is refused, also while it runs', async () => {
    await claimed();
    await expect(claimed('f2')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test('refused work is refused again with the same error', async () => {
    await claimed();
    await database.tx((tx) => refuseKey(tx, claim, refused));
    const same = { code: refused.code, message: refused.message, details: refused.details };
    await expect(claimed()).rejects.toMatchObject(same);
    await expect(storedResponse(database.rows, claim, 'f1', text)).rejects.toMatchObject(same);
    await expect(claimed('f2')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test('a released key is free again', async () => {
    await claimed();
    await database.tx((tx) => releaseKey(tx, claim));
    expect(await claimed('f2')).toEqual({ claimed: true });
  });

  test('records its recovery point', async () => {
    await claimed();
    expect(await point()).toBe('claimed');
    await database.tx((tx) => setRecoveryPoint(tx, claim, 'bank'));
    expect(await point()).toBe('bank');
    await complete('done');
    expect(await point()).toBe('settled');
  });

  test.each<[string, (tx: Tx) => Promise<void>]>([
    ['completed', (tx) => completeKey(tx, claim, text, 'again')],
    ['refused', (tx) => refuseKey(tx, claim, refused)],
    ['moved', (tx) => setRecoveryPoint(tx, claim, 'bank')],
    ['released', (tx) => releaseKey(tx, claim)],
  ])('without a claim, or once settled, it cannot be %s', async (_, change) => {
    await expect(database.tx(change)).rejects.toMatchObject({ code: 'INTERNAL' });
    await claimed();
    await complete('done');
    await expect(database.tx(change)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await claimed()).toEqual({ claimed: false, response: 'done' });
  });
});

describe('a key that has expired', () => {
  test('is free before it is deleted, also for a different request', async () => {
    await call(async () => 'first');
    await ageBy('23 hours 59 minutes');
    expect(await call(async () => 'second')).toEqual({ response: 'first', replayed: true });
    await ageBy('1 minute');
    expect(await storedResponse(database.rows, claim, 'f1', text)).toBeUndefined();
    expect(await claimed('f2')).toEqual({ claimed: true });
  });

  test('has one new effect, however many requests arrive at the same time', async () => {
    await call(async () => 'first');
    await ageBy('24 hours');
    let effects = 0;
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(async () => `effect ${++effects}`)));
    expect(effects).toBe(1);
    expect(new Set(answers.map(({ response }) => response))).toEqual(new Set(['effect 1']));
  });

  test('stays taken while its work runs, because the work may still take effect', async () => {
    await claimed();
    await ageBy('48 hours');
    await expect(claimed()).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' });
  });

  test('expires after the configured lifetime', async () => {
    setKeyLifetime(2);
    await call(async () => 'first');
    await ageBy('1 hour');
    expect(await call(async () => 'second')).toMatchObject({ replayed: true });
    await ageBy('1 hour');
    expect(await call(async () => 'third')).toMatchObject({ replayed: false });
  });
});

test('a claim that is rolled back leaves the key free for the waiter', async () => {
  const begun = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const first = database.tx(async (tx) => {
    await claimKey(tx, claim, 'f1', text);
    begun.resolve();
    await end.promise;
    throw new Error('the process crashed');
  });
  const failed = expect(first).rejects.toThrow('crashed');
  await begun.promise;
  const second = claimed();
  await eventually(async () => {
    const { rows } = await sql`
      select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
    `.execute(database.rows);
    expect(rows).toHaveLength(1);
  });
  end.resolve();
  await failed;
  expect(await second).toEqual({ claimed: true });
});
