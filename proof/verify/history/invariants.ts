/** Invariants between a system and the history that its clients recorded: `verify --history FILE`. */
import type { Operation } from '../../harness/workload/history.ts';
import { all, each, groupBy, sumOf, type Finding, type Invariant, type Snapshot } from '../invariant.ts';
import { attribute, idInAnswer, type Attribution, type Excess } from './attribution.ts';
import { contentAsked, type DoneEffect } from './effects.ts';

const effectRows = ['transfers', 'payments', 'refunds', 'refundRequests', 'orders', 'images'] as const;
const reads = ['history', 'keys', ...effectRows] as const;

const brief = ({ op, key, f, customer, value, type, status, code, body }: Operation) => ({
  op,
  key,
  f,
  customer,
  value,
  type,
  status,
  code,
  body,
});

/** Judges what is attributed; without a history there is nothing to judge. */
const over =
  (judge: (attribution: Attribution, history: readonly Operation[]) => Finding) =>
  ({ history = [], rows }: Snapshot): Finding =>
    judge(attribute(history, rows), history);

const ofType = ({ operations }: Attribution, ...types: Operation['type'][]) =>
  operations.filter(({ operation }) => types.includes(operation.type));

const isIts = (effect: DoneEffect | undefined, operation: Operation): boolean =>
  effect?.id === idInAnswer(operation) &&
  effect?.customer === operation.customer &&
  effect.content === contentAsked(operation);

const acknowledged: Invariant = {
  name: 'history-acknowledged',
  says: 'Every acknowledged operation exists: the row named in the answer, with the customer and the content of the request.',
  reads,
  shows: 'operation, effects',
  settles: false,
  judge: over((attribution) =>
    each(ofType(attribution, 'ok'), ({ operation, effects }) =>
      isIts(effects[0], operation) ? undefined : { operation: brief(operation), effects },
    ),
  ),
};

const excessOf = ({ excess }: Attribution, why: Excess): Finding =>
  each(
    excess.filter((one) => one.why === why),
    ({ effect, like }) => ({ effect, like: like.map(brief) }),
  );

const once: Invariant = {
  name: 'history-once',
  says: 'An acknowledged operation took effect exactly once; one with an unknown outcome at most once, however often it was tried.',
  reads,
  shows: 'operation, effects | effect, like [operation]',
  settles: false,
  judge: over((attribution) =>
    all(
      each(ofType(attribution, 'ok', 'unknown'), ({ operation, effects }) =>
        effects.length <= 1 ? undefined : { operation: brief(operation), effects },
      ),
      excessOf(attribution, 'again'),
    ),
  ),
};

const failed: Invariant = {
  name: 'history-failed',
  says: 'A refused operation took no effect.',
  reads,
  shows: 'operation, effects | effect, like [operation]',
  settles: false,
  judge: over((attribution) =>
    all(
      each(ofType(attribution, 'fail'), ({ operation, effects }) =>
        effects.length === 0 ? undefined : { operation: brief(operation), effects },
      ),
      excessOf(attribution, 'failed'),
    ),
  ),
};

const invited: Invariant = {
  name: 'history-invoked',
  says: "The history's customers have no effect that none of them requested.",
  reads,
  shows: 'effect, like [operation]',
  settles: false,
  judge: over((attribution) => {
    const mine = attribution.operations.reduce((sum, { effects }) => sum + effects.length, 0);
    return all({ checked: mine }, excessOf(attribution, 'uninvited'));
  }),
};

const replays: Invariant = {
  name: 'history-replays',
  says: 'All answers to one key are the same, byte for byte.',
  reads: ['history'],
  shows: 'operation, differs | key, answers',
  settles: false,
  judge: over((_, history) => {
    const answers = history.filter(({ type }) => type === 'ok');
    const perKey = [...groupBy(answers, ({ customer, f, key }) => `${customer} ${f} ${key}`)];
    return all(
      each(answers, (operation) =>
        operation.differs === undefined ? undefined : { operation: brief(operation), differs: operation.differs },
      ),
      each(perKey, ([key, same]) => {
        const different = new Set(same.map(({ status, body }) => `${status} ${body}`));
        return different.size === 1 ? undefined : { key, answers: [...different] };
      }),
    );
  }),
};

/** The balance that a customer's wallet has by the bookings of the customer's rows. */
function expectedBalance(customer: string, { payments, refunds, transfers, ...ledger }: Snapshot['rows']): number {
  const wallet = `wallet:${customer}`;
  const seeds = new Set(ledger.ledgerTransactions.filter(({ kind }) => kind === 'seed').map(({ id }) => id));
  const own = payments.filter((payment) => payment.customer === customer && payment.method === 'wallet');
  const ids = new Set(own.map(({ id }) => id));
  return (
    sumOf(ledger.ledgerEntries.filter((e) => e.accountId === wallet && seeds.has(e.transactionId))) -
    sumOf(own.filter(({ status }) => status === 'captured')) +
    sumOf(refunds.filter(({ paymentId, status }) => status === 'completed' && ids.has(paymentId))) -
    sumOf(transfers.filter(({ sender }) => sender === customer)) +
    sumOf(transfers.filter(({ recipient }) => recipient === customer))
  );
}

const balances: Invariant = {
  name: 'history-balances',
  says: "The wallet of each of the history's customers holds its opening balance plus what its effects moved, and nothing else.",
  reads: ['history', 'accounts', 'ledgerTransactions', 'ledgerEntries', 'payments', 'refunds', 'transfers'],
  shows: 'customer, balance, expected',
  settles: false,
  judge: ({ history = [], rows }) => {
    const held = new Map(rows.accounts.map(({ customer, balance }) => [customer, balance]));
    return each([...new Set(history.map(({ customer }) => customer))], (customer) => {
      const balance = held.get(customer) ?? null;
      const expected = expectedBalance(customer, rows);
      return balance === expected ? undefined : { customer, balance, expected };
    });
  },
};

export const historyInvariants: readonly Invariant[] = [acknowledged, once, failed, invited, replays, balances];
