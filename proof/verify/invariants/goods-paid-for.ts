/**
 * Nobody gets goods for nothing. `got`: the totals of shipped orders, and payments without an order (a tip, a gift card) that were not
 * refunded. `underWay`: the money of orders that have not ended. `given`: an operator's refunds of shipped orders.
 */
import { all, each, groupBy, sumOf, type Finding, type Invariant } from '../invariant.ts';
import type { OrderRow, PaymentRow, RefundRow, Rows } from '../row.ts';
import { isUnrecorded } from './who-ordered.ts';

const revenue = 'shop:revenue';
const ended: ReadonlySet<string> = new Set(['shipped', 'cancelled', 'refunded']);

/** In minor units of one currency. */
interface Value {
  got: number;
  underWay: number;
  paid: number;
  back: number;
  given: number;
}

/** One order with its payments and refunds, or a payment without an order. */
interface Deal {
  order: OrderRow | undefined;
  payments: readonly PaymentRow[];
  refunds: readonly RefundRow[];
}

const isFair = ({ got, underWay, paid, back, given }: Value): boolean => got + underWay === paid - back + given;

function valueOf({ order, payments, refunds }: Deal, rows: Rows): Value {
  const [paid, back] = [sumOf(payments), sumOf(refunds)];
  if (!order) {
    const forNoOrder = sumOf(payments.filter(({ orderId }) => orderId === null));
    return { got: forNoOrder > 0 ? forNoOrder - back : 0, underWay: 0, paid, back, given: 0 };
  }
  const isShipped = order.status === 'shipped';
  const mayGive = (refund: RefundRow) => refund.orderedBy === 'operator' || isUnrecorded(refund, rows);
  return {
    got: isShipped ? order.total : 0,
    underWay: ended.has(order.status) ? 0 : paid - back,
    paid,
    back,
    given: isShipped ? sumOf(refunds.filter(mayGive)) : 0,
  };
}

const plus = (one: Value, other: Value): Value => ({
  got: one.got + other.got,
  underWay: one.underWay + other.underWay,
  paid: one.paid + other.paid,
  back: one.back + other.back,
  given: one.given + other.given,
});

/** One per order of the customer, one per payment of the customer's that belongs to none of those. */
function dealsOf({ orders, payments, refunds }: Rows): Map<string, Deal[]> {
  const dealOf = <Row extends { customer: string; currency: string }>({ customer, currency }: Row, id: string) =>
    JSON.stringify([customer, currency, id]);
  const orderOf = new Map(orders.map((order) => [dealOf(order, order.id), order]));
  const paid = groupBy(
    payments.filter(({ status }) => status === 'captured'),
    (one) => dealOf(one, one.orderId ?? one.id),
  );
  const back = groupBy(
    refunds.filter(({ status }) => status === 'completed'),
    (one) => dealOf(one, one.orderId ?? one.paymentId),
  );
  const ids = [...new Set([...orderOf.keys(), ...paid.keys(), ...back.keys()])];
  const deals = ids.map((id): [string, Deal] => {
    return [id, { order: orderOf.get(id), payments: paid.get(id) ?? [], refunds: back.get(id) ?? [] }];
  });
  const perCustomer = groupBy(deals, ([id]) => JSON.stringify((JSON.parse(id) as string[]).slice(0, 2)));
  return new Map([...perCustomer].map(([whose, own]) => [whose, own.map(([, deal]) => deal)]));
}

function judgeCustomers(deals: ReadonlyMap<string, readonly Deal[]>, rows: Rows): Finding {
  return each([...deals], ([whose, own]) => {
    // Each must be fair: what one order gives for nothing is not made good by another.
    const unfair = own.filter((deal) => !isFair(valueOf(deal, rows)));
    if (unfair.length === 0) return undefined;
    const [customer, currency] = JSON.parse(whose) as string[];
    const value = own.map((deal) => valueOf(deal, rows)).reduce(plus);
    return { customer, currency, ...value, orders: unfair.flatMap(({ order }) => order ?? []) };
  });
}

/** A check against the ledger: the shop has earned what all customers got, less what was given. */
function judgeAll(deals: ReadonlyMap<string, readonly Deal[]>, rows: Rows): Finding {
  const values = [...deals.values()].flat().map((deal) => valueOf(deal, rows));
  const expected = values.reduce((sum, { got, underWay, given }) => sum + got + underWay - given, 0);
  const earned = sumOf(rows.ledgerEntries.filter(({ accountId }) => accountId === revenue));
  return each(
    rows.accounts.filter(({ id }) => id === revenue),
    ({ id: account }) => (earned === expected ? undefined : { account, earned, expected }),
  );
}

export const goodsPaidFor: Invariant = {
  name: 'goods-paid-for',
  says: "The value of what each customer received (shipped orders, tips) and has in progress is what was paid, less refunds, plus an operator's refunds of shipped orders; in total it is what the shop has earned.",
  reads: ['orders', 'payments', 'refunds', 'refundsRecorded', 'accounts', 'ledgerEntries'],
  shows: 'customer, currency, got, underWay, paid, back, given, orders | account, earned, expected',
  settles: true,
  judge: ({ rows }) => {
    const deals = dealsOf(rows);
    return all(judgeCustomers(deals, rows), judgeAll(deals, rows));
  },
};
