import type { Operation } from '../../harness/workload/history.ts';
import type { Snapshot } from '../invariant.ts';
import { first, payment, time, transfer, whole } from '../invariants/example.fixture.ts';
import { judge } from '../verify.ts';
import { historyInvariants } from './invariants.ts';
import { judgeHistory } from './judge-history.ts';

const operation = (f: Operation['f'], value: object, more: Partial<Operation> = {}): Operation => ({
  op: `op of ${f}`,
  process: 'c1',
  key: `key of ${f}`,
  f,
  customer: 'alice',
  value: { ...value },
  type: 'ok',
  status: 201,
  invokedAt: time.getTime(),
  endedAt: time.getTime() + 5,
  ...more,
});

const answer = (id: string) => JSON.stringify({ id });

/** The requests of alice that lead to the example. */
const historyOf = (): Operation[] => [
  operation('transfer', { to: 'bob', amount: 100, currency: 'USD' }, { body: answer('t1') }),
  operation('order', { payment: 'wallet' }, { body: answer('o1') }),
  operation('order', { payment: 'bank' }, { op: '2', key: '2', body: answer('o2') }),
  operation('image', {}, { body: answer('i1') }),
  operation('payment', { amount: 7, currency: 'USD' }, { type: 'fail', status: 422, code: 'INSUFFICIENT_FUNDS' }),
];

type HistorySnapshot = Snapshot & { history: Operation[] };
const asked = (): HistorySnapshot => ({ ...whole(), history: historyOf() });

function broken(damage: (snapshot: HistorySnapshot) => unknown): string[] {
  const snapshot = asked();
  damage(snapshot);
  return judge(snapshot, historyInvariants)
    .filter(({ ok }) => !ok)
    .map(({ invariant }) => invariant);
}

test('what was asked for and what is there agree', () => {
  const results = judge(asked(), historyInvariants);
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(results.filter(({ checked }) => checked === 0).map(({ invariant }) => invariant)).toEqual([]);
});

const twin = { ...transfer, id: 't2' };
const gift = { ...payment, id: 'p9', orderId: null, amount: 7 };

const damages: Readonly<Record<string, Readonly<Record<string, (snapshot: HistorySnapshot) => unknown>>>> = {
  'history-acknowledged': {
    'an effect that is lost': ({ rows }) => (rows.transfers = []),
    'an effect of another amount': ({ rows }) => (first(rows.transfers).amount = 99),
    'an answer that names nothing': ({ history }) => (first(history).body = '{}'),
    'an effect of another customer': ({ rows }) => (first(rows.orders).customer = 'bob'),
  },
  'history-once': {
    'an acknowledged transfer done twice': ({ rows }) => rows.transfers.push(twin),
    'an unknown transfer done twice': ({ rows, history }) => {
      first(history).type = 'unknown';
      rows.transfers.push(twin);
    },
    'an order placed twice': ({ rows }) => rows.orders.push({ ...first(rows.orders), id: 'o3' }),
    'a key that remembers another effect than the answer': ({ rows, history }) => {
      rows.transfers.push(twin);
      first(rows.keys.filter(({ schema }) => schema === 'payments')).key = 'key of transfer';
      first(history).body = answer('t2');
    },
  },
  'history-failed': {
    'a payment that was refused and taken': ({ rows }) => rows.payments.push(gift),
    'a transfer that was refused and made': ({ history }) => (first(history).type = 'fail'),
  },
  'history-invoked': {
    'a transfer nobody asked for': ({ rows }) => rows.transfers.push({ ...twin, amount: 3 }),
    'a payment nobody asked for': ({ rows }) => rows.payments.push({ ...gift, amount: 8 }),
  },
  'history-replays': {
    'a replay that is not what was answered first': ({ history }) => (first(history).differs = '{}'),
    'two answers to one key': ({ history }) => history.push({ ...first(history), op: '3', body: answer('t9') }),
  },
  'history-balances': {
    'a wallet that lost money on the way': ({ rows }) =>
      Object.assign(first(rows.accounts.filter(({ customer }) => customer === 'alice')), { balance: 870 }),
  },
};

const cases = Object.entries(damages).flatMap(([invariant, ways]) =>
  Object.entries(ways).map(([what, damage]): [string, string, (snapshot: HistorySnapshot) => unknown] => [
    invariant,
    what,
    damage,
  ]),
);

test.each(cases)('%s notices %s', (invariant, _what, damage) => {
  expect(broken(damage)).toContain(invariant);
});

test('every invariant of a history has an example of what it notices', () => {
  expect(Object.keys(damages)).toEqual(historyInvariants.map(({ name }) => name));
});

test.each<[string, (snapshot: HistorySnapshot) => unknown]>([
  ['an unknown outcome that took effect', ({ history }) => (first(history).type = 'unknown')],
  [
    'an unknown outcome that did not',
    ({ history }) =>
      history.push({ ...first(history), op: '3', key: '3', type: 'unknown', value: { to: 'bob', amount: 5 } }),
  ],
  [
    'what was there before',
    ({ rows }) => rows.transfers.push({ ...twin, createdAt: new Date(time.getTime() - 60_000) }),
  ],
  ['what others did', ({ rows }) => rows.transfers.push({ ...twin, sender: 'bob', recipient: 'olga' })],
])('%s is no violation', (_what, change) => {
  expect(broken(change).filter((name) => name !== 'history-balances')).toEqual([]);
});

test('losses and doubles are counted', () => {
  const { rows, history } = asked();
  rows.transfers.push(twin, { ...twin, id: 't3' });
  rows.images = [];
  const { lost, duplicated, ...counts } = judgeHistory(history, rows);
  expect(lost).toEqual([expect.objectContaining({ f: 'image' })]);
  expect(duplicated.map(({ id, why }) => [id, why])).toEqual([
    ['t2', 'again'],
    ['t3', 'again'],
  ]);
  expect(counts).toEqual({ operations: 5, acknowledged: 4, refused: 1, unknown: 0, unknownDone: 0 });
});
