import type { Effect, Operation } from '../harness/workload/history.ts';
import { wrongIn } from './effects.ts';

let count = 0;
const operation = (key: string, type: Operation['type'], invokedAt: number, id?: string): Operation => ({
  op: `op-${(count += 1)}`,
  process: 'c1',
  key,
  f: 'transfer',
  customer: 'load-1',
  value: {},
  type,
  invokedAt,
  endedAt: invokedAt + 100,
  ...(id && { body: JSON.stringify({ id }) }),
});

const row = (id: string, at: number, customer = 'load-1') => ({ id, customer, createdAt: new Date(at) });

function judged(operations: Operation[], transfer: ReturnType<typeof row>[], of: Partial<Record<Effect, []>> = {}) {
  const effects = { transfer, payment: [], refund: [], order: [], image: [], ...of };
  const { lost, duplicated } = wrongIn(operations, effects);
  return { lost: [...lost], duplicated: [...duplicated] };
}

const good = { lost: [], duplicated: [] };

test('an acknowledged operation with the effect it names is fine', () => {
  expect(judged([operation('a', 'ok', 1_000, 't1')], [row('t1', 1_050)])).toEqual(good);
});

test('an acknowledged operation without its effect is lost', () => {
  expect(judged([operation('a', 'ok', 1_000, 't1')], [])).toEqual({ lost: ['a'], duplicated: [] });
});

test('a second effect of an acknowledged operation is a duplicate', () => {
  const operations = [operation('a', 'ok', 1_000, 't2'), operation('b', 'ok', 2_000, 't3')];
  expect(judged(operations, [row('t1', 1_020), row('t2', 1_080), row('t3', 2_050)])).toEqual({
    lost: [],
    duplicated: ['a'],
  });
});

test('an unknown operation may have one effect, not two', () => {
  const unknown = operation('a', 'unknown', 1_000);
  expect(judged([unknown], [])).toEqual(good);
  expect(judged([unknown], [row('t1', 1_050)])).toEqual(good);
  expect(judged([unknown], [row('t1', 1_050), row('t2', 1_060)])).toEqual({ lost: [], duplicated: ['a'] });
});

test('an effect of a refused operation is one too many', () => {
  expect(judged([operation('a', 'fail', 1_000)], [row('t1', 1_050)])).toEqual({ lost: [], duplicated: ['a'] });
});

test('what was there before, and what others did, is no part of the history', () => {
  expect(judged([operation('a', 'fail', 1_000)], [row('t0', 500), row('t9', 1_050, 'load-9')])).toEqual(good);
});
