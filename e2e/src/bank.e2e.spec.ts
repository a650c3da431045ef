import { randomUUID } from 'node:crypto';
import type { Payment } from '@halftone/proof/harness/clients/api.ts';
import { codeOf, jsonOf, send } from '@halftone/proof/harness/clients/http.ts';
import { processesOf } from '@halftone/tools/shop/processes.ts';
import { mayRetry } from '@halftone/proof/harness/clients/retry.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { expecting, type Session } from '@halftone/proof/harness/clients/session.ts';
import { placeOrder, timelineOf, waitUntilFinal, waitUntilQuiet } from '@halftone/proof/harness/clients/shop.ts';
import { brokenInvariants, query, shopping, signedIn } from './system';

interface Behaviour {
  latencyMs?: number;
  errorRate?: number;
  dropReplyRate?: number;
  down?: boolean;
  hang?: boolean;
}

let bob: Session;
let olga: Session;
let imageId: string;
let product: string;

beforeAll(async () => {
  [bob, olga] = await Promise.all([signedIn('bob'), signedIn('olga')]);
  ({ imageId, product } = await shopping(bob));
});
afterEach(() => behave({}));

/** Asked of the bank itself: its operator is not behind the gateway. A field that is left out means normal behaviour. */
async function behave(behaviour: Behaviour, as = olga): Promise<number> {
  const [bank] = processesOf('bank');
  if (!bank) throw new Error('no bank runs');
  const headers = { ...(await as.authorization()), 'content-type': 'application/json' };
  const body = JSON.stringify(behaviour);
  return (await send(`${bank.http}/operator/behaviour`, { method: 'PUT', headers, body })).status;
}

interface Booking {
  state: string;
  amount: number;
}
const bookingsOf = (paymentId: string): Promise<Booking[]> =>
  query('SELECT state, amount FROM bank.transaction WHERE reference = $1', [`ht-d-${paymentId}`]);

interface Operation {
  payment_id: string;
  attempts: number;
}
const operationOf = async (orderId: string): Promise<Operation | undefined> => {
  const rows = await query<Operation>(
    `SELECT payment_id, attempts FROM payments.bank_operation JOIN payments.payment ON payment.id = payment_id WHERE order_id = $1`,
    [orderId],
  );
  return rows[0];
};

/** The bank was asked for the money of this order, or tried to be. */
const askedFor = (orderId: string): Promise<Operation> =>
  eventually(`the bank to be asked for order ${orderId}`, async () => {
    const operation = await operationOf(orderId);
    return operation && operation.attempts > 0 ? operation : undefined;
  });

describe('an order on the bank waits, others go on, and it is paid once when the bank is itself again', () => {
  const troubles: [string, Behaviour][] = [
    ['is down', { down: true }],
    ['hangs', { hang: true }],
    ['fails', { errorRate: 1 }],
    ['is slower than anybody waits', { latencyMs: 5_000 }],
    ['books and never says so', { dropReplyRate: 1 }],
  ];

  test.each(troubles)(
    'while the bank %s',
    async (_, behaviour) => {
      await behave(behaviour);
      const waiting = await placeOrder(bob, imageId, product, 2, 'bank');
      const { payment_id: paymentId } = await askedFor(waiting.id);
      const other = await placeOrder(bob, imageId, product);
      expect((await waitUntilFinal(bob, other.id)).status).toBe('shipped');
      expect((await timelineOf(bob, waiting.id)).items.map(({ type }) => type)).toEqual(['order.placed']);

      await behave({});
      expect((await waitUntilFinal(bob, waiting.id, 60_000)).status).toBe('shipped');
      const { payments } = await timelineOf(bob, waiting.id);
      expect(payments).toMatchObject([{ id: paymentId, status: 'captured', amount: waiting.total, refunded: 0 }]);
      expect(await bookingsOf(paymentId)).toEqual([{ state: 'booked', amount: waiting.total }]);
    },
    120_000,
  );
});

test('a customer who gets no answer about a bank payment repeats it with the same key and is charged once', async () => {
  const key = randomUUID();
  const body = { amount: 1_234, currency: 'USD', description: 'a frame', method: 'bank' };
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  const pay = () => bob.try('/v1/payments', { method: 'POST', headers, body: JSON.stringify(body) });

  await behave({ dropReplyRate: 1 });
  const first = await pay();
  expect(mayRetry(first.status, codeOf(first))).toBe(true);
  await behave({});
  const settled = await eventually('the payment', async () => {
    const reply = await pay();
    return mayRetry(reply.status, codeOf(reply)) ? undefined : expecting('payment', reply, 201);
  });
  const { id, status } = jsonOf<Payment>(settled);
  expect(status).toBe('captured');
  expect(await bookingsOf(id)).toEqual([{ state: 'booked', amount: body.amount }]);
  expect((await pay()).text).toBe(settled.text);
});

test('what the bank refuses is refused immediately, also the second time, and costs nothing', async () => {
  const key = randomUUID();
  const body = { amount: 10 ** 9, currency: 'USD', description: 'a museum', method: 'bank' };
  for (const time of ['first', 'second']) {
    const reply = await bob.post('/v1/payments', body, { key });
    expect([time, reply.status, codeOf(reply)]).toEqual([time, 422, 'INSUFFICIENT_FUNDS']);
  }
});

test('only an operator makes the bank misbehave', async () => {
  expect(await behave({ down: true }, bob)).toBe(403);
  const [bank] = processesOf('bank');
  const anybody = await send(`${bank?.http}/operator/behaviour`, {});
  expect(anybody.status).toBe(401);
});

test('after all of that every invariant holds', async () => {
  await waitUntilQuiet(bob);
  expect(await brokenInvariants()).toEqual([]);
});
