import { imagesV1 } from '@halftone/contracts';
import type { Snapshot } from '../invariant.ts';
import { judge } from '../verify.ts';
import { type Damage, damages, giveBack, letter, parked, unseen } from './damages.fixture.ts';
import { first, time, whole } from './example.fixture.ts';
import { invariants } from './index.ts';

/** The invariants that a damage breaks. */
function broken(damage: (snapshot: Snapshot) => void): string[] {
  const snapshot = whole();
  damage(snapshot);
  return judge(snapshot)
    .filter(({ ok }) => !ok)
    .map(({ invariant }) => invariant);
}

test('a system in order breaks nothing, and everything was looked at', () => {
  const results = judge(whole());
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  const idle = results.filter(({ checked }) => checked === 0).map(({ invariant }) => invariant);
  expect(idle).toEqual(['outbox-empty']);
});

const cases = Object.entries(damages).flatMap(([invariant, ways]) =>
  Object.entries(ways).map(([what, damage]): [string, string, Damage] => [invariant, what, damage]),
);

test.each(cases)('%s notices %s', (invariant, _what, damage) => {
  expect(broken(damage)).toContain(invariant);
});

test('every invariant has an example of what it notices', () => {
  expect(Object.keys(damages)).toEqual(invariants.map(({ name }) => name));
});

const harmless: [string, Damage][] = [
  [
    'what Kafka has forgotten is not held against the rows that are older',
    ({ records }) =>
      Object.assign(records, {
        orders: [],
        payments: [],
        images: [],
        feed: [],
        keptSince: new Date(time.getTime() + 1),
      }),
  ],
  [
    'an event that is set aside need not be in the inbox',
    (snapshot) => {
      snapshot.rows.parked.push(parked);
      unseen(snapshot, 'halftone.orders', 'ep1');
    },
  ],
  [
    'nor one in the dead letters',
    (snapshot) => {
      snapshot.records.letters.push({ ...letter, state: 'dropped' });
      unseen(snapshot, 'halftone.orders', 'ep1');
    },
  ],
  [
    'an order may wait for another payment while its time lasts',
    ({ rows, records }) => {
      const failed = { status: 'payment_failed', dueAt: new Date(time.getTime() + 120_000), version: 1 };
      Object.assign(first(rows.orders), failed);
      rows.orderEvents = rows.orderEvents.filter(({ orderId }) => orderId !== 'o1');
      rows.orderEvents.push({ orderId: 'o1', version: 1, eventId: 'e', type: 'order.payment_failed', time });
      records.orders = [];
    },
  ],
  [
    'effects that are older than the memory for keys need none',
    ({ rows }) => {
      rows.keys = [];
      rows.clock = [{ now: new Date(time.getTime() + 24 * 3600 * 1000) }];
    },
  ],
];

test.each(harmless.filter(([what]) => !what.startsWith('an order may')))('%s', (_what, change) => {
  expect(broken(change)).toEqual([]);
});

test('an order may wait for another payment while its time lasts', () => {
  const [, change] = first(harmless.filter(([what]) => what.startsWith('an order may')));
  expect(broken(change)).not.toContain('order-final');
});

test('a refund that an operator asked for is the answer to a key of the operator', () => {
  const asked = (snapshot: Snapshot) =>
    snapshot.rows.keys.push({
      ...first(snapshot.rows.keys),
      customer: 'olga',
      route: 'payments.CreateRefund',
      response: Buffer.from(imagesV1.Image.encode(imagesV1.Image.fromPartial({ id: 'r1' })).finish()),
    });
  expect(broken(asked)).toEqual([]);
});

test.each(['operator', null] as const)('goods may be given: their money goes back by %s', (orderedBy) => {
  const given = ({ rows }: Snapshot) => {
    giveBack(rows, orderedBy, { createdAt: time });
    first(rows.ledgerEntries.filter(({ accountId }) => accountId === 'shop:revenue')).amount -= 29;
  };
  const found = broken(given);
  expect(found).not.toContain('shipped-not-refunded');
  expect(found).not.toContain('goods-paid-for');
});

test('money for an order under way is neither lost nor won', () => {
  const underWay = ({ rows }: Snapshot) => (first(rows.orders).status = 'printing');
  expect(broken(underWay)).not.toContain('goods-paid-for');
});

test('who is owed goods, and how much, is in the counter-example', () => {
  const snapshot = whole();
  giveBack(snapshot.rows, 'saga');
  const found = judge(snapshot).find(({ invariant }) => invariant === 'goods-paid-for');
  expect(found?.counterExample).toMatchObject({
    customer: 'alice',
    currency: 'USD',
    ...{ got: 29, underWay: 0, paid: 79, back: 79, given: 0 },
    orders: [{ id: 'o1' }],
  });
});
