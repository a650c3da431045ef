import { freshSchema } from '@halftone/testing';
import { alice, bankPayment, eventTypes, givenAShop, outcomes, published, refused } from '../payments.fixture';
import { operationsOf } from './operations.fixture';

/** Every point where a process may crash or pause between leasing a bank operation and storing its outcome. */
const shop = givenAShop(freshSchema);
const { operations, payments, sent, expireLeases, expectOneCapture } = operationsOf(shop);

afterEach(() => jest.restoreAllMocks());

describe('a bank payment by request', () => {
  const request = bankPayment(700, 'key-1');
  const create = (replica = shop.payments) => replica.create(alice, request);

  test('is captured when the bank has booked it, and replayed without the bank', async () => {
    const first = await create();
    const again = await create();
    expect(again).toEqual({ response: first.response, replayed: true });
    expect(first.response).toMatchObject({ customer: 'alice', amount: 700, reason: '' });
    expect(sent()).toHaveLength(1);
    await expectOneCapture();
  });

  test('is captured once under ten concurrent calls', async () => {
    const answers = await outcomes(Array.from({ length: 10 }, () => create()));
    expect(answers).toContain('done');
    expect(new Set(answers.filter((answer) => answer !== 'done'))).toEqual(new Set(['IDEMPOTENCY_IN_FLIGHT']));
    expect((await create()).replayed).toBe(true);
    await expectOneCapture();
  });

  test('that the bank refuses is declined, and the key replays the refusal', async () => {
    shop.bank.accounts.set('alice', 699);
    await expect(create()).rejects.toEqual(refused('INSUFFICIENT_FUNDS'));
    shop.bank.accounts.set('alice', 500_000);
    await expect(create()).rejects.toEqual(refused('INSUFFICIENT_FUNDS'));
    expect(await payments()).toMatchObject([{ status: 'declined', reason: 'INSUFFICIENT_FUNDS' }]);
    expect(await operations()).toMatchObject([{ state: 'refused', refusal: 'INSUFFICIENT_FUNDS' }]);
    expect(await eventTypes(shop)).toEqual(['payment.declined']);
    expect(sent()).toHaveLength(1);
  });

  test('of a customer without a bank account is declined as ACCOUNT_NOT_FOUND', async () => {
    shop.bank.accounts.delete('alice');
    await expect(create()).rejects.toEqual(refused('ACCOUNT_NOT_FOUND'));
  });

  test('that was certainly not sent stores nothing, and the key is free', async () => {
    shop.bank.expect('unsent');
    await expect(create()).rejects.toEqual(refused('BANK_UNAVAILABLE'));
    expect(await payments()).toEqual([]);
    expect(await operations()).toEqual([]);
    expect(await shop.db.rows.selectFrom('idempotency').selectAll().execute()).toEqual([]);
    expect(await create()).toMatchObject({ replayed: false });
    await expectOneCapture();
  });

  test('with a lost answer is in flight until the worker has found the outcome', async () => {
    shop.bank.expect('answer-lost');
    await expect(create()).rejects.toEqual(refused('UNAVAILABLE'));
    await expect(create()).rejects.toEqual(refused('IDEMPOTENCY_IN_FLIGHT'));
    expect(await shop.worker.next()).toBe(false);
    await expireLeases();
    expect(await shop.worker.next()).toBe(true);
    expect(await create()).toMatchObject({ replayed: true, response: { amount: 700 } });
    expect(shop.bank.received.map((message) => message.split(' ')[0])).toEqual(['debit', 'find']);
    await expectOneCapture();
  });

  test('with a lost message is sent again under the same reference', async () => {
    shop.bank.expect('message-lost');
    await expect(create()).rejects.toEqual(refused('UNAVAILABLE'));
    await expireLeases();
    await shop.worker.next();
    expect(new Set(sent()).size).toBe(1);
    await expectOneCapture();
  });

  test('with a late message, after the second one, is booked once', async () => {
    shop.bank.expect('late');
    await expect(create()).rejects.toEqual(refused('UNAVAILABLE'));
    await expireLeases();
    await shop.worker.next();
    shop.bank.deliver();
    await expectOneCapture();
  });

  test('with a message that arrives between two attempts is found', async () => {
    shop.bank.expect('late');
    await expect(create()).rejects.toEqual(refused('UNAVAILABLE'));
    shop.bank.deliver();
    await expireLeases();
    await shop.worker.next();
    expect(sent()).toHaveLength(1);
    await expectOneCapture();
  });

  const killed = () => Promise.reject(new Error('killed'));
  test.each([
    ['after the first commit', () => jest.spyOn(shop.settlement, 'finish').mockImplementationOnce(killed)],
    ['before the bank is called', () => jest.spyOn(shop.bankService, 'attempt').mockImplementationOnce(killed)],
    ['when the bank has answered', () => jest.spyOn(shop.settlement, 'settle').mockImplementationOnce(killed)],
    ['in the last transaction', () => jest.spyOn(shop.operations, 'end').mockImplementationOnce(killed)],
  ])('is completed once by another process if the first crashes %s', async (_, crash) => {
    crash();
    await expect(create()).rejects.toThrow('killed');
    const other = shop.replica();
    await expect(create(other.payments)).rejects.toEqual(refused('IDEMPOTENCY_IN_FLIGHT'));
    await expireLeases();
    await other.worker.next();
    expect(await create(other.payments)).toMatchObject({ replayed: true });
    expect(new Set(sent()).size).toBe(1);
    await expectOneCapture();
  });

  test('of a paused process that another process has completed changes nothing on resume', async () => {
    const resume = shop.bank.holdAnswers();
    const paused = create();
    const answer = expect(paused).rejects.toEqual(refused('IDEMPOTENCY_IN_FLIGHT'));
    while (sent().length === 0) await new Promise(setImmediate);
    await expireLeases();
    await shop.replica().worker.next();
    const before = await published(shop);
    resume();
    await answer;
    expect(await published(shop)).toEqual(before);
    expect(await create()).toMatchObject({ replayed: true });
    await expectOneCapture();
  });
});
