import type { Session } from '@halftone/proof/harness/clients/session.ts';
import {
  photo,
  placeOrder,
  uploadAndWait,
  waitUntilFinal,
  waitUntilQuiet,
} from '@halftone/proof/harness/clients/shop.ts';
import { operationsOf } from '@halftone/proof/harness/workload/history.ts';
import { perform } from '@halftone/proof/harness/workload/operation.ts';
import { Recorder } from '@halftone/proof/harness/workload/recorder.ts';
import { runningSources } from '@halftone/proof/verify/sources.ts';
import { verify } from '@halftone/proof/verify/verify.ts';
import { brokenInvariants, query, shopping, signedIn } from './system';

let bob: Session;
let orderId: string;
let imageId: string;
let product: string;

beforeAll(async () => {
  bob = await signedIn('bob');
  ({ imageId, product } = await shopping(bob));
  orderId = (await placeOrder(bob, imageId, product)).id;
  await waitUntilFinal(bob, orderId);
});

const patienceMs = 2_000;

test('all is well before', async () => {
  expect(await brokenInvariants()).toEqual([]);
});

test.each([
  [
    "a ledger entry's amount",
    'payments.ledger_entry SET amount = amount + $1',
    'payments.ledger_entry',
    'ledger-balanced',
  ],
  [
    "a ledger entry's amount",
    'payments.ledger_entry SET amount = amount + $1',
    // Only wallets keep a balance.
    "payments.ledger_entry WHERE account_id LIKE 'wallet:%'",
    'balance-is-sum',
  ],
  ["a payment's refunds", 'payments.payment SET refunded = refunded + $1', 'payments.payment', 'refund-within-capture'],
  ["a bank account's balance", 'bank.account SET balance = balance + $1', 'bank.account', 'bank-balance-is-sum'],
  ["a photo's version", 'images.image SET version = version + $1', 'images.image', 'image-events-published'],
])('%s changed by hand is noticed: UPDATE %s', async (_what, change, table, invariant) => {
  const update = `UPDATE ${change} WHERE id = $2`;
  const [{ id } = { id: '' }] = await query<{ id: string }>(`SELECT id FROM ${table} ORDER BY id DESC LIMIT 1`);
  await query(update, [1, id]);
  try {
    expect(await brokenInvariants(patienceMs)).toContain(invariant);
  } finally {
    await query(update, [-1, id]);
  }
});

test('what clients recorded is judged: a line that claims more than there is is noticed', async () => {
  const recorder = new Recorder();
  const value = { to: 'alice', amount: 1, currency: 'USD' };
  const request = { body: JSON.stringify(value), contentType: 'application/json' };
  const effectRequest = {
    process: 'e2e',
    customer: 'bob',
    f: 'transfer',
    path: '/v1/transfers',
    value,
    request,
  } as const;
  const options = { recorder, gateway: () => bob.base, token: () => bob.token(), patienceMs: 10_000, timeoutMs: 5_000 };
  await perform(effectRequest, { ...options, replay: true });
  const judged = async () => {
    const { results } = await verify(runningSources(), { history: operationsOf(recorder.lines) });
    return results.filter(({ ok }) => !ok).map(({ invariant }) => invariant);
  };
  expect(await judged()).toEqual([]);
  const [invoke, ok] = recorder.lines;
  if (!invoke || !ok) throw new Error('nothing was recorded');
  for (const line of [invoke, ok])
    recorder.write({ ...line, op: 'made up', key: 'made up', body: JSON.stringify({ id: 'x' }) });
  expect(await judged()).toEqual(['history-acknowledged']);
});

test("one order's state overwritten is noticed", async () => {
  const overwrite = `UPDATE orders."order" SET status = $2, reason = $3 WHERE id = $1`;
  await query(overwrite, [orderId, 'cancelled', 'by hand']);
  try {
    expect(await brokenInvariants(patienceMs)).toContain('order-history');
  } finally {
    await query(overwrite, [orderId, 'shipped', null]);
  }
});

/** Takes the first row of this type out of the outbox in the transaction that wrote it, so that no relay ever sees it. */
const thief = (schema: string, type: string) => `
  CREATE TABLE ${schema}.stolen AS SELECT * FROM ${schema}.outbox WITH NO DATA;
  GRANT ALL ON ${schema}.stolen TO PUBLIC;
  CREATE FUNCTION ${schema}.steal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      IF NEW.type = '${type}' AND NOT EXISTS (SELECT FROM ${schema}.stolen) THEN
        INSERT INTO ${schema}.stolen SELECT NEW.*;
        DELETE FROM ${schema}.outbox WHERE id = NEW.id;
      END IF;
      RETURN NULL;
    END
  $$;
  CREATE TRIGGER steal AFTER INSERT ON ${schema}.outbox FOR EACH ROW EXECUTE FUNCTION ${schema}.steal()`;

/** Puts the row back under its old id, as if the relay had only been slow. */
const giveBack = (schema: string) => `
  DROP TRIGGER steal ON ${schema}.outbox;
  INSERT INTO ${schema}.outbox OVERRIDING SYSTEM VALUE SELECT * FROM ${schema}.stolen;
  DROP FUNCTION ${schema}.steal();
  DROP TABLE ${schema}.stolen`;

const order = () => placeOrder(bob, imageId, product);
const upload = async () => uploadAndWait(bob, await photo('rocket.jpg'));

// Each is the last event of its work on its topic, so putting the row back publishes nothing out of order.
test.each([
  ['orders', 'order.shipped', order, 'order-events-published'],
  ['payments', 'payment.captured', order, 'payment-events-published'],
  ['images', 'image.ready', upload, 'image-events-published'],
  ['notifications', 'image.ready', upload, 'feed-complete'],
])('one row of the outbox of %s, %s, deleted before publishing is noticed', async (schema, type, work, invariant) => {
  await waitUntilQuiet(bob);
  await query(thief(schema, type));
  try {
    await work();
    expect(await brokenInvariants(patienceMs)).toContain(invariant);
  } finally {
    await query(giveBack(schema));
    expect(await brokenInvariants()).toEqual([]);
  }
});
