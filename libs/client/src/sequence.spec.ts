import { Sequence } from './sequence.ts';

const counted = (sequence: Sequence, ...seqs: number[]) => {
  for (const seq of seqs) sequence.record(seq);
  return { gaps: sequence.gaps, duplicates: sequence.duplicates };
};

test('consecutive numbers from any start are complete', () => {
  expect(counted(new Sequence(), 7, 8, 9)).toEqual({ gaps: 0, duplicates: 0 });
});

test('a skipped number is a gap, a number that is not higher is a duplicate', () => {
  expect(counted(new Sequence(), 1, 4, 4, 3, 5)).toEqual({ gaps: 2, duplicates: 2 });
});

test('with a known last number, the first number can show a gap', () => {
  expect(counted(new Sequence(5), 7)).toEqual({ gaps: 1, duplicates: 0 });
  expect(counted(new Sequence(5), 5, 6)).toEqual({ gaps: 0, duplicates: 1 });
});

test('an announced loss is not a gap', () => {
  const sequence = new Sequence(5);
  sequence.startAfter(undefined);
  expect(counted(sequence, 100, 101)).toEqual({ gaps: 0, duplicates: 0 });
});
