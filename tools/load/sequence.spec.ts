import { join } from 'node:path';
import { root } from '../engines/config.ts';

interface Counting {
  last: number | undefined;
  gaps: number;
  duplicates: number;
  take(seq: number): { missing: number; duplicate: boolean };
}

/** Of the k6 scripts, which are compiled apart: the count that "no gaps, no duplicates" rests on. */
const counted = async (...heard: number[]): Promise<Counting> => {
  const { Sequence } = (await import(join(root, 'load-tests/listen/sequence.ts'))) as { Sequence: new () => Counting };
  const sequence = new Sequence();
  for (const seq of heard) sequence.take(seq);
  return sequence;
};

test('begins wherever it begins, and counts what is left out', async () => {
  expect(await counted(7, 8, 9)).toMatchObject({ last: 9, gaps: 0, duplicates: 0 });
  expect(await counted(7, 10, 11, 13)).toMatchObject({ last: 13, gaps: 3, duplicates: 0 });
});

test('what comes again, or late, is not new', async () => {
  expect(await counted(7, 8, 8, 9)).toMatchObject({ last: 9, gaps: 0, duplicates: 1 });
  expect(await counted(7, 9, 8, 10)).toMatchObject({ last: 10, gaps: 1, duplicates: 1 });
});
