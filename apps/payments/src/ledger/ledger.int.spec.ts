import { uuidv7 } from '@halftone/kernel';
import { freshSchema, growth } from '@halftone/testing';
import { sql } from 'kysely';
import { alice, givenAShop, order, transfer } from '../payments.fixture';

const shop = givenAShop(freshSchema);

describe('the database itself refuses', () => {
  const entry = (transaction_id: string, account_id: string, amount: number) => ({
    transaction_id,
    account_id,
    amount,
    created_at: new Date(),
  });

  test('a ledger transaction that does not sum to zero', async () => {
    const id = uuidv7();
    const unbalanced = shop.db.tx(async (tx) => {
      await tx
        .insertInto('ledger_transaction')
        .values({ id, kind: 'transfer', reference: 'r', created_at: new Date() })
        .execute();
      await tx
        .insertInto('ledger_entry')
        .values([entry(id, 'wallet:alice', -2), entry(id, 'wallet:bob', 1)])
        .execute();
    });
    await expect(unbalanced).rejects.toThrow('does not sum to zero');
  });

  test('a wallet below zero', async () => {
    await expect(sql`update account set balance = -1 where id = 'wallet:alice'`.execute(shop.db.rows)).rejects.toThrow(
      'wallet_never_negative',
    );
  });
});

test('money that moved is counted once, and a refused payment moves none', async () => {
  const payment = (outcome: string) => `payments_total{method="wallet",outcome="${outcome}"}`;
  const posted = (kind: string) => `ledger_posted_minor_total{kind="${kind}",currency="USD"}`;
  const sent = (outcome: string) => `transfers_total{outcome="${outcome}"}`;
  const all = [payment('captured'), payment('declined'), posted('payment'), posted('transfer')];
  const counts = await growth([...all, sent('completed'), sent('refused')], async () => {
    const [paid, eventId] = [order(1000), uuidv7()];
    for (const id of [eventId, eventId, uuidv7()]) await shop.captureFor(paid, id);
    await shop.captureFor(order(1_000_000), uuidv7());
    for (const key of ['same', 'same']) await shop.transfers.create(alice, transfer(250, key));
    // It is refused, and the counter says so.
    await shop.transfers.create(alice, transfer(1_000_000)).catch(() => undefined);
  });
  expect(counts).toEqual([1, 1, 1000, 250, 1, 1]);
});
