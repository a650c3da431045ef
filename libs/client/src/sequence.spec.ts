import { Sequence } from './sequence.ts';

const counted = (sequence: Sequence, ...seqs: number[]) => {
  for (const seq of seqs) sequence.take(seq);
  return { gaps: sequence.gaps, duplicates: sequence.duplicates };
};

test('numbers one after the other, from wherever they begin, are whole', () => {
  expect(counted(new Sequence(), 7, 8, 9)).toEqual({ gaps: 0, duplicates: 0 });
});

test('every number left out is a gap, every one that is not higher a duplicate', () => {
  expect(counted(new Sequence(), 1, 4, 4, 3, 5)).toEqual({ gaps: 2, duplicates: 2 });
});

test('who knows what was heard before sees a gap at the first number', () => {
  expect(counted(new Sequence(5), 7)).toEqual({ gaps: 1, duplicates: 0 });
  expect(counted(new Sequence(5), 5, 6)).toEqual({ gaps: 0, duplicates: 1 });
});

test('a loss that was announced is no gap', () => {
  const sequence = new Sequence(5);
  sequence.startAfter(undefined);
  expect(counted(sequence, 100, 101)).toEqual({ gaps: 0, duplicates: 0 });
});
