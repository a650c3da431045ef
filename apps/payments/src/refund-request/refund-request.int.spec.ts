import { paymentsV1 } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';
import { freshSchema } from '@halftone/testing';
import {
  alice,
  balanceOf,
  bankPayment,
  bob,
  eventTypes,
  givenAShop,
  olga,
  order,
  outcomes,
  payment,
  published,
  refund,
  refused,
} from '../payments.fixture';

const shop = givenAShop(freshSchema);
const { OPEN, REFUSED } = paymentsV1.RefundRequestStatus;

/** A captured payment of an order. */
async function paid(total = 1_000): Promise<string> {
  const placed = order(total);
  await shop.captureFor(placed, uuidv7());
  return (await shop.queries.findByOrder(alice, [placed.id]))[0]?.id ?? '';
}
const requestFor = (paymentId: string, amount = 0, idempotencyKey = uuidv7()) => ({
  paymentId,
  amount,
  reason: 'blurred',
  idempotencyKey,
});
const opened = async (paymentId: string, amount = 0) =>
  (await shop.requests.open(alice, requestFor(paymentId, amount))).response.id;
const refunds = () =>
  shop.db.rows.selectFrom('refund').select(['status', 'amount', 'ordered_by', 'principal']).orderBy('id').execute();

describe('a refund request', () => {
  test('is stored once per key, and moves no money', async () => {
    const id = await paid();
    const { response } = await shop.requests.open(alice, requestFor(id, 400, 'key-1'));
    expect(response).toMatchObject({ paymentId: id, status: OPEN, amount: 400, reason: 'blurred', customer: 'alice' });
    expect(await shop.requests.open(alice, requestFor(id, 400, 'key-1'))).toEqual({ response, replayed: true });
    expect((await published(shop)).at(-1)).toMatchObject({
      type: 'refund-request.opened',
      subject: `refund-requests/${response.id}`,
      key: 'alice',
      sequence: 1,
    });
    expect(await refunds()).toEqual([]);
  });

  test('is refused while another one is open, also under concurrent calls', async () => {
    const id = await paid();
    const answers = await outcomes(Array.from({ length: 5 }, () => shop.requests.open(alice, requestFor(id))));
    expect(answers.toSorted()).toEqual([
      'REFUND_REQUEST_OPEN',
      'REFUND_REQUEST_OPEN',
      'REFUND_REQUEST_OPEN',
      'REFUND_REQUEST_OPEN',
      'done',
    ]);
  });

  test('is only for the owner: others get PAYMENT_NOT_FOUND', async () => {
    const id = await paid();
    await expect(shop.requests.open(bob, requestFor(id))).rejects.toEqual(refused('PAYMENT_NOT_FOUND'));
    await expect(shop.requests.open(olga, requestFor(id))).rejects.toEqual(refused('PAYMENT_NOT_FOUND'));
    await expect(shop.requests.open(alice, requestFor('no-id'))).rejects.toEqual(refused('PAYMENT_NOT_FOUND'));
  });

  test('for an impossible amount or without a reason is refused', async () => {
    const id = await paid();
    await expect(shop.requests.open(alice, requestFor(id, 1_001))).rejects.toEqual(refused('REFUND_EXCEEDS_CAPTURE'));
    await expect(shop.requests.open(alice, requestFor(id, -1))).rejects.toEqual(refused('VALIDATION_FAILED'));
    for (const reason of ['', '  ', 'x'.repeat(201)])
      await expect(shop.requests.open(alice, { ...requestFor(id), reason })).rejects.toEqual(
        refused('VALIDATION_FAILED'),
      );
    expect(await eventTypes(shop)).toEqual(['payment.captured']);
  });
});

describe('an operator who approves', () => {
  test('refunds the requested amount once, also under concurrent calls', async () => {
    const [id, before] = [await opened(await paid(), 400), await balanceOf(shop, 'wallet:alice')];
    const answers = await Promise.all(Array.from({ length: 5 }, () => shop.requests.approve(olga, id)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ status: 'approved', answeredBy: 'olga' });
    expect(await refunds()).toEqual([{ status: 'completed', amount: 400, ordered_by: 'operator', principal: 'olga' }]);
    expect(await balanceOf(shop, 'wallet:alice')).toBe(before + 400);
    expect(await eventTypes(shop)).toEqual([
      'payment.captured',
      'refund-request.opened',
      'refund.completed',
      'refund-request.approved',
    ]);
    await expect(shop.requests.refuse(olga, id, 'no')).rejects.toEqual(refused('REFUND_REQUEST_CLOSED'));
  });

  test('a bank payment makes the bank refund it', async () => {
    const { response } = await shop.payments.create(alice, bankPayment(1_000));
    const id = await opened(response.id);
    await shop.requests.approve(olga, id);
    expect(await refunds()).toMatchObject([{ status: 'pending', amount: 1_000 }]);
    await shop.worker.next();
    expect(await refunds()).toMatchObject([{ status: 'completed' }]);
    expect(shop.bank.accounts.get('alice')).toBe(500_000);
  });

  test('more than the remainder gets an error, and the request stays open', async () => {
    const paymentId = await paid();
    const id = await opened(paymentId, 400);
    await shop.refunds.create(olga, refund(paymentId, 700));
    await expect(shop.requests.approve(olga, id)).rejects.toEqual(refused('REFUND_EXCEEDS_CAPTURE'));
    expect((await shop.requests.list(olga, { status: 'open' }, 10, '')).items).toMatchObject([{ id }]);
  });
});

test('a refusal has a reason and moves no money; then the customer can open another request', async () => {
  const paymentId = await paid();
  const id = await opened(paymentId);
  await expect(shop.requests.refuse(olga, id, ' ')).rejects.toEqual(refused('VALIDATION_FAILED'));
  await shop.requests.refuse(olga, id, 'it is sharp');
  expect(await shop.requests.refuse(olga, id, 'it is sharp')).toMatchObject({
    status: 'refused',
    answer: 'it is sharp',
  });
  await expect(shop.requests.approve(olga, id)).rejects.toEqual(refused('REFUND_REQUEST_CLOSED'));
  expect(await refunds()).toEqual([]);
  expect((await published(shop)).at(-1)).toMatchObject({
    sequence: 2,
    refundRequest: { status: REFUSED, answer: 'it is sharp', refundId: '' },
  });
  expect((await shop.requests.open(alice, requestFor(paymentId))).response.status).toBe(OPEN);
});

test.each(['approve', 'refuse'] as const)('only an operator can %s', async (answer) => {
  const id = await opened(await paid());
  const by = (principal: typeof alice | typeof bob | typeof olga, requestId: string) =>
    answer === 'approve'
      ? shop.requests.approve(principal, requestId)
      : shop.requests.refuse(principal, requestId, 'no');
  for (const customer of [alice, bob]) await expect(by(customer, id)).rejects.toEqual(refused('FORBIDDEN'));
  for (const unknown of [uuidv7(), 'no-id'])
    await expect(by(olga, unknown)).rejects.toEqual(refused('REFUND_REQUEST_NOT_FOUND'));
});

test('a customer lists their own requests, an operator all, by status and payment, in pages', async () => {
  const ids = [];
  for (let count = 0; count < 3; count += 1) ids.unshift(await opened(await paid(100)));
  const { response } = await shop.payments.create(bob, payment(100));
  const ofBob = (await shop.requests.open(bob, requestFor(response.id))).response;
  await shop.requests.approve(olga, ids[1] ?? '');
  const all = async (...args: Parameters<typeof shop.requests.list>) =>
    (await shop.requests.list(...args)).items.map(({ id }) => id);
  expect(await all(alice, {}, 10, '')).toEqual(ids);
  expect(await all(bob, {}, 10, '')).toEqual([ofBob.id]);
  expect(await all(olga, {}, 10, '')).toEqual([ofBob.id, ...ids]);
  expect(await all(olga, { paymentId: response.id }, 10, '')).toEqual([ofBob.id]);
  expect(await all(olga, { paymentId: 'no-id' }, 10, '')).toEqual([]);
  expect(await all(alice, { status: 'approved' }, 10, '')).toEqual([ids[1]]);
  const first = await shop.requests.list(olga, { status: 'open' }, 2, '');
  expect(first.items.map(({ id }) => id)).toEqual([ofBob.id, ids[0]]);
  expect(await all(olga, { status: 'open' }, 2, first.nextCursor)).toEqual([ids[2]]);
  await expect(all(olga, {}, 2, first.nextCursor)).rejects.toEqual(refused('CURSOR_INVALID'));
});
