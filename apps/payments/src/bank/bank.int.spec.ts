import { freshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import {
  alice,
  balanceOf,
  bankOrder,
  bankPayment,
  bob,
  eventTypes,
  givenAShop,
  outcomes,
  published,
  refused,
  refund,
} from '../payments.fixture';
import { leaseMs } from './bank.service';
import { LeaseLost } from './settlement.service';

/** Every place where a process may die or sleep between taking a bank operation and having stored its end. */
const shop = givenAShop(freshSchema);

afterEach(() => jest.restoreAllMocks());

const shift = (column: 'lease_until' | 'next_try_at' | 'created_at' | 'sent_until', by: string) =>
  sql`update bank_operation set ${sql.ref(column)} = ${sql.ref(column)} + ${by}::interval`.execute(shop.db.rows);
/** As when whoever took it has been gone for long. */
const leasesRunOut = async () => {
  await shift('lease_until', '-1 hour');
  await shift('next_try_at', '-1 hour');
};
const operations = () => shop.db.rows.selectFrom('bank_operation').selectAll().orderBy('created_at').execute();
const payments = () => shop.db.rows.selectFrom('payment').selectAll().orderBy('id').execute();
const sent = () => shop.bank.heard.filter((message) => !message.startsWith('find'));
const taken = async () => {
  const held = await shop.db.tx((tx) => shop.operations.take(tx, leaseMs()));
  if (!held) throw new Error('nothing is free');
  return held;
};

/** What must be true of one payment of 700 of alice, however it came about. */
async function expectOneCapture(): Promise<void> {
  expect(await operations()).toMatchObject([{ state: 'done', amount: 700 }]);
  expect(await payments()).toMatchObject([{ status: 'captured', method: 'bank', refunded: 0 }]);
  expect(shop.bank.accounts.get('alice')).toBe(499_300);
  expect(await balanceOf(shop, 'bank:clearing')).toBe(-700);
  expect(await balanceOf(shop, 'shop:revenue')).toBe(700);
  expect(await eventTypes(shop)).toEqual(['payment.captured']);
}

describe('a payment that a request brings', () => {
  const request = bankPayment(700, 'key-1');
  const create = (replica = shop.payments) => replica.create(alice, request);

  test('is captured when the bank has booked it, and replayed without asking again', async () => {
    const first = await create();
    const again = await create();
    expect(again).toEqual({ response: first.response, replayed: true });
    expect(first.response).toMatchObject({ customer: 'alice', amount: 700, reason: '' });
    expect(sent()).toHaveLength(1);
    await expectOneCapture();
  });

  test('is captured once under ten calls at once', async () => {
    const answers = await outcomes(Array.from({ length: 10 }, () => create()));
    expect(answers).toContain('done');
    expect(new Set(answers.filter((answer) => answer !== 'done'))).toEqual(new Set(['IDEMPOTENCY_IN_FLIGHT']));
    expect((await create()).replayed).toBe(true);
    await expectOneCapture();
  });

  test('that the bank refuses is declined, and the key stands for the refusal', async () => {
    shop.bank.accounts.set('alice', 699);
    await expect(create()).rejects.toEqual(refused('INSUFFICIENT_FUNDS'));
    shop.bank.accounts.set('alice', 500_000);
    await expect(create()).rejects.toEqual(refused('INSUFFICIENT_FUNDS'));
    expect(await payments()).toMatchObject([{ status: 'declined', reason: 'INSUFFICIENT_FUNDS' }]);
    expect(await operations()).toMatchObject([{ state: 'refused', refusal: 'INSUFFICIENT_FUNDS' }]);
    expect(await eventTypes(shop)).toEqual(['payment.declined']);
    expect(sent()).toHaveLength(1);
  });

  test('of a customer whom the bank does not know is declined in our words', async () => {
    shop.bank.accounts.delete('alice');
    await expect(create()).rejects.toEqual(refused('ACCOUNT_NOT_FOUND'));
  });

  test('that was certainly not sent leaves nothing behind: the same key is free', async () => {
    shop.bank.expect('unsent');
    await expect(create()).rejects.toEqual(refused('BANK_UNAVAILABLE'));
    expect(await payments()).toEqual([]);
    expect(await operations()).toEqual([]);
    expect(await shop.db.rows.selectFrom('idempotency').selectAll().execute()).toEqual([]);
    expect(await create()).toMatchObject({ replayed: false });
    await expectOneCapture();
  });

  test('whose answer is lost is in flight until the completer has found it', async () => {
    shop.bank.expect('answer-lost');
    await expect(create()).rejects.toEqual(refused('UNAVAILABLE'));
    await expect(create()).rejects.toEqual(refused('IDEMPOTENCY_IN_FLIGHT'));
    expect(await shop.worker.next()).toBe(false);
    await leasesRunOut();
    expect(await shop.worker.next()).toBe(true);
    expect(await create()).toMatchObject({ replayed: true, response: { amount: 700 } });
    expect(shop.bank.heard.map((message) => message.split(' ')[0])).toEqual(['debit', 'find']);
    await expectOneCapture();
  });

  test('whose message is lost is sent again under the same reference', async () => {
    shop.bank.expect('message-lost');
    await expect(create()).rejects.toEqual(refused('UNAVAILABLE'));
    await leasesRunOut();
    await shop.worker.next();
    expect(new Set(sent()).size).toBe(1);
    await expectOneCapture();
  });

  test('whose message comes late, after the second one, is booked once', async () => {
    shop.bank.expect('late');
    await expect(create()).rejects.toEqual(refused('UNAVAILABLE'));
    await leasesRunOut();
    await shop.worker.next();
    shop.bank.deliver();
    await expectOneCapture();
  });

  test('whose message arrives while nobody looks is found', async () => {
    shop.bank.expect('late');
    await expect(create()).rejects.toEqual(refused('UNAVAILABLE'));
    shop.bank.deliver();
    await leasesRunOut();
    await shop.worker.next();
    expect(sent()).toHaveLength(1);
    await expectOneCapture();
  });

  const killed = () => Promise.reject(new Error('killed'));
  test.each([
    ['after the first commit', () => jest.spyOn(shop.bankService, 'finish').mockImplementationOnce(killed)],
    ['before the bank is called', () => jest.spyOn(shop.bankService, 'attempt').mockImplementationOnce(killed)],
    ['when the bank has answered', () => jest.spyOn(shop.settlement, 'settle').mockImplementationOnce(killed)],
    ['in the last transaction', () => jest.spyOn(shop.operations, 'end').mockImplementationOnce(killed)],
  ])('is completed once by another process if the first dies %s', async (_, die) => {
    die();
    await expect(create()).rejects.toThrow('killed');
    const other = shop.replica();
    await expect(create(other.payments)).rejects.toEqual(refused('IDEMPOTENCY_IN_FLIGHT'));
    await leasesRunOut();
    await other.worker.next();
    expect(await create(other.payments)).toMatchObject({ replayed: true });
    expect(new Set(sent()).size).toBe(1);
    await expectOneCapture();
  });

  test('of a sleeper that another process has completed changes nothing when it wakes', async () => {
    const wake = shop.bank.holdAnswers();
    const sleeper = create();
    const answer = expect(sleeper).rejects.toEqual(refused('IDEMPOTENCY_IN_FLIGHT'));
    while (sent().length === 0) await new Promise(setImmediate);
    await leasesRunOut();
    await shop.replica().worker.next();
    const before = await published(shop);
    wake();
    await answer;
    expect(await published(shop)).toEqual(before);
    expect(await create()).toMatchObject({ replayed: true });
    await expectOneCapture();
  });
});

describe('a payment of an order', () => {
  test('is pending, and told to nobody, until the completer has asked the bank', async () => {
    await shop.payments.captureFor(bankOrder(700), '0198a000-0000-7000-8000-000000000001');
    expect(await payments()).toMatchObject([{ status: 'pending', method: 'bank' }]);
    expect(await eventTypes(shop)).toEqual([]);
    expect(await shop.worker.next()).toBe(true);
    expect(shop.bank.heard).toHaveLength(1);
    await expectOneCapture();
    expect(await shop.worker.next()).toBe(false);
  });

  test('in another currency is declined without the bank', async () => {
    await shop.payments.captureFor({ ...bankOrder(700), currency: 'EUR' }, '0198a000-0000-7000-8000-000000000001');
    expect(await payments()).toMatchObject([{ status: 'declined', reason: 'CURRENCY_UNSUPPORTED' }]);
    expect(await operations()).toEqual([]);
  });
});

describe('completers', () => {
  const placeTen = async () => {
    const orders = Array.from({ length: 10 }, (_, at) => bankOrder(100 + at, at % 2 ? 'alice' : 'bob'));
    for (const order of orders) await shop.payments.captureFor(order, order.id);
  };

  test('of two processes share the work: each operation is sent and captured once', async () => {
    await placeTen();
    const other = shop.replica();
    const drain = async (worker: typeof shop.worker) => {
      while (await worker.next());
    };
    await Promise.all([drain(shop.worker), drain(other.worker), drain(shop.worker), drain(other.worker)]);
    expect(sent()).toHaveLength(10);
    expect(await eventTypes(shop)).toEqual(Array(10).fill('payment.captured'));
  });

  test('work by themselves, side by side, and end what they do before they stop', async () => {
    await placeTen();
    shop.worker.start();
    while ((await eventTypes(shop)).length < 10) await new Promise((resolve) => setTimeout(resolve, 10));
    await shop.worker.stop();
    expect(sent()).toHaveLength(10);
  });

  test('that wake up too late can neither settle, release nor undo', async () => {
    await shop.payments.captureFor(bankOrder(700), '0198a000-0000-7000-8000-000000000001');
    const sleeper = await taken();
    await leasesRunOut();
    const next = await taken();
    expect(next.fence).toBe(sleeper.fence + 1);
    const booked = { state: 'booked', transactionId: 'made-up' } as const;
    await expect(shop.settlement.settle(sleeper, booked)).rejects.toThrow(LeaseLost);
    await expect(shop.settlement.undo(sleeper)).rejects.toThrow(LeaseLost);
    await shop.operations.release(sleeper, 0, false);
    expect(await operations()).toMatchObject([{ state: 'waiting', fence: next.fence, sent_until: next.expiresAt }]);
    expect(await shop.db.tx((tx) => shop.operations.take(tx, 1))).toBeUndefined();
    await shop.settlement.settle(
      next,
      await shop.bank.debit({ ...requestFor(next), expiresAt: new Date(Date.now() + 1000) }),
    );
    await expect(shop.settlement.settle(next, booked)).rejects.toThrow(LeaseLost);
    await expectOneCapture();
  });

  test('take what a database whose clock was put back has leased into the far future', async () => {
    await shop.payments.captureFor(bankOrder(700), '0198a000-0000-7000-8000-000000000001');
    await shift('lease_until', '1 hour');
    await shift('next_try_at', '1 hour');
    expect(await shop.worker.next()).toBe(true);
    await expectOneCapture();
  });

  test('wait longer and longer while the bank is away, and come back', async () => {
    await shop.payments.captureFor(bankOrder(700), '0198a000-0000-7000-8000-000000000001');
    shop.bank.down();
    await shop.worker.next();
    expect(await shop.worker.next()).toBe(false);
    await leasesRunOut();
    await shop.worker.next();
    expect(await operations()).toMatchObject([{ state: 'waiting', attempts: 2 }]);
    shop.bank.down(false);
    await leasesRunOut();
    await shop.worker.next();
    await expectOneCapture();
  });
});

describe('giving up', () => {
  const place = async () => {
    shop.bank.expect('message-lost');
    await expect(shop.payments.create(alice, bankPayment(700, 'key-1'))).rejects.toEqual(refused('UNAVAILABLE'));
    await leasesRunOut();
    await shift('created_at', '-1 hour');
  };

  test('is not done while a message may still arrive, but nothing is sent any more', async () => {
    await place();
    await shop.worker.next();
    expect(await operations()).toMatchObject([{ state: 'waiting' }]);
    expect(sent()).toHaveLength(1);
    shop.bank.deliver();
  });

  test('finds what was booked after all', async () => {
    shop.bank.expect('answer-lost');
    await expect(shop.payments.create(alice, bankPayment(700, 'key-1'))).rejects.toEqual(refused('UNAVAILABLE'));
    await leasesRunOut();
    await shift('created_at', '-1 hour');
    await shift('sent_until', '-1 hour');
    await shop.worker.next();
    await expectOneCapture();
  });

  test('declines what the bank does not know once every message has expired; the key is free', async () => {
    await place();
    await shift('sent_until', '-2 minutes');
    await shop.worker.next();
    expect(await payments()).toMatchObject([{ status: 'declined', reason: 'BANK_UNAVAILABLE' }]);
    expect(await eventTypes(shop)).toEqual(['payment.declined']);
    expect(shop.bank.accounts.get('alice')).toBe(500_000);
    expect(await shop.payments.create(alice, bankPayment(700, 'key-1'))).toMatchObject({ replayed: false });
    expect(shop.bank.accounts.get('alice')).toBe(499_300);
  });

  test('is not done while the bank cannot be asked', async () => {
    await place();
    await shift('sent_until', '-2 minutes');
    shop.bank.down();
    await shop.worker.next();
    expect(await operations()).toMatchObject([{ state: 'waiting' }]);
  });

  test('is not for money that is owed to a customer', async () => {
    const { id } = (await shop.payments.create(bob, bankPayment(700))).response;
    shop.bank.expect('message-lost');
    await expect(shop.refunds.create(bob, refund(id))).rejects.toEqual(refused('UNAVAILABLE'));
    await leasesRunOut();
    await shift('created_at', '-1 day');
    await shift('sent_until', '-1 day');
    await shop.worker.next();
    expect(shop.bank.accounts.get('bob')).toBe(500_000);
    expect(await eventTypes(shop)).toEqual(['payment.captured', 'refund.completed']);
  });
});

const requestFor = ({ reference, customer, amount, currency, description }: Awaited<ReturnType<typeof taken>>) => ({
  ...{ reference, amount, currency, description },
  account: customer,
});
