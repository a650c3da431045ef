import { sql } from 'kysely';
import { balanceOf, eventTypes, type Shop } from '../payments.fixture';
import { leaseMs } from './bank.service';

type Time = 'lease_until' | 'next_try_at' | 'created_at' | 'sent_until';

/** What the specs of bank operations look at, and how they let time pass. */
export function operationsOf(shop: Shop) {
  const shift = (column: Time, by: string) =>
    sql`update bank_operation set ${sql.ref(column)} = ${sql.ref(column)} + ${by}::interval`.execute(shop.db.rows);
  const operations = () => shop.db.rows.selectFrom('bank_operation').selectAll().orderBy('created_at').execute();
  const payments = () => shop.db.rows.selectFrom('payment').selectAll().orderBy('id').execute();
  return {
    ...{ shift, operations, payments },
    sent: () => shop.bank.heard.filter((message) => !message.startsWith('find')),

    /** As when whoever took it has been gone for long. */
    async leasesRunOut() {
      await shift('lease_until', '-1 hour');
      await shift('next_try_at', '-1 hour');
    },

    async taken() {
      const held = await shop.db.tx((tx) => shop.operations.take(tx, leaseMs()));
      if (!held) throw new Error('nothing is free');
      return held;
    },

    /** What must be true of one payment of 700 of alice, however it came about. */
    async expectOneCapture() {
      expect(await operations()).toMatchObject([{ state: 'done', amount: 700 }]);
      expect(await payments()).toMatchObject([{ status: 'captured', method: 'bank', refunded: 0 }]);
      expect(shop.bank.accounts.get('alice')).toBe(499_300);
      expect(await balanceOf(shop, 'bank:clearing')).toBe(-700);
      expect(await balanceOf(shop, 'shop:revenue')).toBe(700);
      expect(await eventTypes(shop)).toEqual(['payment.captured']);
    },
  };
}
