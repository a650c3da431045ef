/** The invariants as a list for people and for programs: what each says, what it reads and how, and what a counter-example holds. */
import { topics } from '@halftone/contracts';
import { markdownTable } from '@halftone/tools/terminal/table.ts';
import type { Invariant, Reading } from './invariant.ts';
import { queries } from './row-queries.ts';

export interface Entry {
  name: string;
  says: string;
  /** Each reading with its SQL or the topics it takes. */
  reads: { reading: Reading; how: string }[];
  counterExample: string;
  /** Whether a violation counts only if it stays. */
  settles: boolean;
}

const howRead = (reading: Reading): string => {
  switch (reading) {
    case 'topic orders':
    case 'topic payments':
    case 'topic images':
    case 'topic feed':
      return `Kafka: ${topics[reading.slice('topic '.length) as keyof typeof topics].name}, from the oldest record to the end`;
    case 'dead letters':
      return 'Kafka: every topic GROUP.dlq, letters and the markers behind them';
    case 'history':
      return 'the file of --history: one line of JSON per invoke, ok, fail and unknown';
    default:
      return queries[reading];
  }
};

export const entryOf = ({ name, says, reads, shows, settles }: Invariant): Entry => ({
  name,
  says,
  reads: reads.map((reading) => ({ reading, how: howRead(reading) })),
  counterExample: shows,
  settles,
});

const indented = (text: string): string => text.replaceAll('\n', '\n      ');

export function describe(invariant: Invariant): string {
  const { name, says, reads, counterExample, settles } = entryOf(invariant);
  return [
    name,
    `  ${says}${settles ? ' May be broken while work is under way.' : ''}`,
    `  shows  ${counterExample}`,
    ...reads.map(({ reading, how }) => `  reads  ${reading}\n      ${indented(how)}`),
  ].join('\n');
}

/** The same as a table of Markdown, for the page about it. */
export const tableOf = (invariants: readonly Invariant[]): string =>
  markdownTable(
    ['name', 'what must be true', 'read from', 'a counter-example holds'],
    invariants.map(({ name, says, reads, shows }) => [
      `\`${name}\``,
      says,
      reads.join(', '),
      shows.replaceAll('|', 'or'),
    ]),
  );
