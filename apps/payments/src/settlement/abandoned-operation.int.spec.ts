import { freshSchema } from '@halftone/testing';
import { alice, bankPayment, bob, eventTypes, givenAShop, refused, refund } from '../payments.fixture';
import { operationsOf } from './operations.fixture';

const shop = givenAShop(freshSchema);
const { shift, operations, payments, sent, expireLeases, expectOneCapture } = operationsOf(shop);

describe('abandoning an old debit', () => {
  const place = async () => {
    shop.bank.expect('message-lost');
    await expect(shop.payments.create(alice, bankPayment(700, 'key-1'))).rejects.toEqual(refused('UNAVAILABLE'));
    await expireLeases();
    await shift('created_at', '-1 hour');
  };

  test('waits while a message may still arrive, and sends nothing more', async () => {
    await place();
    await shop.worker.next();
    expect(await operations()).toMatchObject([{ state: 'waiting' }]);
    expect(sent()).toHaveLength(1);
    shop.bank.deliver();
  });

  test('first finds a debit that was booked', async () => {
    shop.bank.expect('answer-lost');
    await expect(shop.payments.create(alice, bankPayment(700, 'key-1'))).rejects.toEqual(refused('UNAVAILABLE'));
    await expireLeases();
    await shift('created_at', '-1 hour');
    await shift('sent_until', '-1 hour');
    await shop.worker.next();
    await expectOneCapture();
  });

  test('declines an unknown debit once every message has expired, and frees the key', async () => {
    await place();
    await shift('sent_until', '-2 minutes');
    await shop.worker.next();
    expect(await payments()).toMatchObject([{ status: 'declined', reason: 'BANK_UNAVAILABLE' }]);
    expect(await eventTypes(shop)).toEqual(['payment.declined']);
    expect(shop.bank.accounts.get('alice')).toBe(500_000);
    expect(await shop.payments.create(alice, bankPayment(700, 'key-1'))).toMatchObject({ replayed: false });
    expect(shop.bank.accounts.get('alice')).toBe(499_300);
  });

  test('waits while the bank is down', async () => {
    await place();
    await shift('sent_until', '-2 minutes');
    shop.bank.down();
    await shop.worker.next();
    expect(await operations()).toMatchObject([{ state: 'waiting' }]);
  });

  test('never happens to a credit, because the customer is owed the money', async () => {
    const { id } = (await shop.payments.create(bob, bankPayment(700))).response;
    shop.bank.expect('message-lost');
    await expect(shop.refunds.create(bob, refund(id))).rejects.toEqual(refused('UNAVAILABLE'));
    await expireLeases();
    await shift('created_at', '-1 day');
    await shift('sent_until', '-1 day');
    await shop.worker.next();
    expect(shop.bank.accounts.get('bob')).toBe(500_000);
    expect(await eventTypes(shop)).toEqual(['payment.captured', 'refund.completed']);
  });
});
