/**
 * Which effect is whose. Pure. An acknowledged operation names its effect in the answer; one that failed or whose outcome is unknown may
 * have the effect that is stored with its key. An unknown one may also have one of the remaining effects, if it fits the request.
 */
import type { Operation } from '../../harness/workload/history.ts';
import { groupBy } from '../invariant.ts';
import type { Rows } from '../row.ts';
import { contentAsked, effectsIn, keyOf, rememberedIn, type DoneEffect } from './effects.ts';

/** Why an effect should not be there: a second one of an operation, the work of one that failed, or asked for by nobody. */
export type Excess = 'again' | 'failed' | 'uninvited';

export interface Attribution {
  /** All effects of each operation, in the order of the operations. */
  operations: { operation: Operation; effects: DoneEffect[] }[];
  excess: { why: Excess; effect: DoneEffect; like: Operation[] }[];
}

/** The id in the answer. */
export function idInAnswer({ body = '' }: Operation): string | undefined {
  try {
    const { id } = JSON.parse(body) as { id?: unknown };
    return typeof id === 'string' ? id : undefined;
  } catch {
    // No answer, or one of a proxy: it names nothing.
    return undefined;
  }
}

/** The service's clock may be a little behind the client's. */
const toleranceMs = 1_000;

/** Effects of these customers while the history was made. */
function candidates(operations: readonly Operation[], rows: Rows): DoneEffect[] {
  const customers = new Set(operations.map(({ customer }) => customer));
  const start = operations.reduce((first, { invokedAt }) => Math.min(first, invokedAt), Infinity) - toleranceMs;
  return effectsIn(rows).filter(({ customer, createdAt }) => customers.has(customer) && createdAt.getTime() >= start);
}

const alike = ({ customer, f }: { customer: string; f: string }, content: string): string =>
  `${customer} ${f} ${content}`;

export function attribute(operations: readonly Operation[], rows: Rows): Attribution {
  const left = new Map(candidates(operations, rows).map((effect) => [`${effect.f} ${effect.id}`, effect]));
  const remembered = rememberedIn(rows);
  const take = ({ f }: Operation, id: string | undefined): DoneEffect[] => {
    const effect = left.get(`${f} ${id}`);
    left.delete(`${f} ${id}`);
    return effect ? [effect] : [];
  };
  const named = operations.map((operation) => {
    const answered = operation.type === 'ok' ? take(operation, idInAnswer(operation)) : [];
    return { operation, effects: [...answered, ...take(operation, remembered.get(keyOf(operation)))] };
  });
  const asked = [...left.values()].filter(({ unasked }) => !unasked);
  const rest = groupBy(asked, (effect) => alike(effect, effect.content));
  for (const { operation, effects } of named) {
    if (operation.type !== 'unknown' || effects.length > 0) continue;
    const found = rest.get(alike(operation, contentAsked(operation)))?.shift();
    if (found) effects.push(found);
  }
  return { operations: named, excess: [...rest.values()].flat().map((effect) => explain(effect, operations)) };
}

function explain(effect: DoneEffect, operations: readonly Operation[]): Attribution['excess'][number] {
  const said = alike(effect, effect.content);
  const like = operations.filter((operation) => alike(operation, contentAsked(operation)) === said);
  if (like.some(({ type }) => type !== 'fail')) return { why: 'again', effect, like };
  return { why: like.length > 0 ? 'failed' : 'uninvited', effect, like };
}
