/** A small system in order, as its rows and as its events. */
import type { Snapshot } from '../invariant.ts';
import { recordsOf } from './example-records.fixture.ts';
import { rowsOf } from './example-rows.fixture.ts';

export { payment, time, transfer } from './example-rows.fixture.ts';

/** A new copy each time, to be damaged. */
export const whole = (): Snapshot => structuredClone({ rows: rowsOf(), records: recordsOf() });

export function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new Error('the example is empty');
  return item;
}
