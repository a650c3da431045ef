import { freshSchema } from '@halftone/testing';
import { alice, bankPayment, eventTypes, givenAShop, outcomes, published, refused } from '../payments.fixture';
import { operationsOf } from './operations.fixture';

/** Every place where a process may die or sleep between taking a bank operation and having stored its end. */
const shop = givenAShop(freshSchema);
const { operations, payments, sent, leasesRunOut, expectOneCapture } = operationsOf(shop);

afterEach(() => jest.restoreAllMocks());

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
