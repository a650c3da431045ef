import { sql } from 'kysely';
import { balanceOf, eventTypes, type Shop } from '../payments.fixture';
import { leaseMs } from '../bank/bank.service';

type Time = 'lease_until' | 'next_try_at' | 'created_at' | 'sent_until';

/** Helpers for the specs of bank operations: they read the rows and shift their times. */
export function operationsOf(shop: Shop) {
  const shift = (column: Time, by: string) =>
    sql`update bank_operation set ${sql.ref(column)} = ${sql.ref(column)} + ${by}::interval`.execute(shop.db.rows);
  const operations = () => shop.db.rows.selectFrom('bank_operation').selectAll().orderBy('created_at').execute();
  const payments = () => shop.db.rows.selectFrom('payment').selectAll().orderBy('id').execute();
  return {
    ...{ shift, operations, payments },
    sent: () => shop.bank.received.filter((message) => !message.startsWith('find')),

    /** Expires every lease, as after a long crash. */
    async expireLeases() {
      await shift('lease_until', '-1 hour');
      await shift('next_try_at', '-1 hour');
    },

    async leaseOne() {
      const leased = await shop.db.tx((tx) => shop.operations.leaseNext(tx, leaseMs()));
      if (!leased) throw new Error('no operation is due');
      return leased;
    },

    /** Asserts one captured bank payment of 700 of alice. */
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
