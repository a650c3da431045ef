/** Compares a recorded history with the rows and counts the differences. */
import type { Operation } from '../../harness/workload/history.ts';
import type { Rows } from '../row.ts';
import { attribute, idInAnswer } from './attribution.ts';

export interface Tally {
  operations: number;
  acknowledged: number;
  refused: number;
  /** Operations without a known outcome. */
  unknown: number;
  /** Of the unknown ones those that took effect, which is fine. */
  unknownDone: number;
  /** Acknowledged, but not there. */
  lost: Operation[];
  /** Effects beyond the one that was due: of an operation a second time, of a refused one, or of nobody. */
  duplicated: { f: string; id: string; customer: string; why: string }[];
}

export function judgeHistory(operations: readonly Operation[], rows: Rows): Tally {
  const attribution = attribute(operations, rows);
  const of = (type: Operation['type']) => attribution.operations.filter(({ operation }) => operation.type === type);
  const beyond = attribution.operations.flatMap(({ operation, effects }) =>
    effects.slice(operation.type === 'fail' ? 0 : 1).map((effect) => ({ effect, why: operation.type })),
  );
  return {
    operations: operations.length,
    acknowledged: of('ok').length,
    refused: of('fail').length,
    unknown: of('unknown').length,
    unknownDone: of('unknown').filter(({ effects }) => effects.length > 0).length,
    lost: of('ok')
      .filter(({ operation, effects }) => effects.every(({ id }) => id !== idInAnswer(operation)))
      .map(({ operation }) => operation),
    duplicated: [...beyond, ...attribution.excess].map(({ effect: { f, id, customer }, why }) => ({
      f,
      id,
      customer,
      why,
    })),
  };
}
