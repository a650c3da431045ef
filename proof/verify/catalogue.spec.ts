import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@halftone/tools/os/config.ts';
import { describe as text, entryOf, tableOf } from './catalogue.ts';
import { historyInvariants } from './history/invariants.ts';
import { invariants } from './invariants/index.ts';
import { allInvariants } from './verify.ts';

test('each name is there once', () => {
  const names = allInvariants.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

test.each(allInvariants)('$name says what it reads and how', (invariant) => {
  const { reads, counterExample, says } = entryOf(invariant);
  expect(reads.map(({ how }) => how)).not.toContain('');
  expect(reads.length).toBeGreaterThan(0);
  expect(says).toMatch(/^[A-Z].*\.$/);
  expect(counterExample).not.toBe('');
  expect(text(invariant)).toContain(invariant.says);
});

/** Cells as they stand, however wide the columns are. */
const rowsIn = (markdown: string): string[] =>
  markdown
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.replace(/\s*\|\s*/g, '|'));

test('the page about it lists them as they are', () => {
  const page = readFileSync(join(root, 'docs/verify.md'), 'utf8');
  const listed = rowsIn(page).filter((row) => !row.startsWith('|`npm'));
  expect(listed).toEqual(rowsIn([tableOf(invariants), tableOf(historyInvariants)].join('\n')));
});
