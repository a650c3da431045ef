/** docs/limits.md: every limit of libs/contracts/src/limits, by area. Pure. */
import { markdownTable } from '../terminal/table.ts';
import type { Limit, limitAreas } from '@halftone/contracts';

/** The HTTP status of an error code; undefined for other values. */
type StatusOf = (code: string) => number | undefined;

const binary = [
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
] as const;

export function amountOf({ value, unit }: Pick<Limit, 'value' | 'unit'>): string {
  const [size, name] = (unit === 'bytes' && binary.find(([bytes]) => value % bytes === 0)) || [1, unit];
  return `${(value / size).toLocaleString('en')} ${name}`;
}

const code = (text: string | null) => (text === null ? '' : `\`${text}\``);

const withoutStop = (text: string) => text.replace(/\.$/, '');

/** Every error code in what a caller sees, with its status. */
const beyondOf = (text: string, statusOf: StatusOf): string =>
  text.replace(/\b[A-Z][A-Z_]{5,}\b/g, (word) => {
    const status = statusOf(word);
    return status === undefined ? code(word) : `\`${word}\` (${status})`;
  });

const cellsOf = (name: string, limit: Limit, statusOf: StatusOf): string[] => [
  code(name),
  withoutStop(limit.what),
  amountOf(limit),
  limit.per,
  withoutStop(beyondOf(limit.beyond, statusOf)),
  code(limit.setting),
  code(limit.metric),
];

const head = `# Limits

\`./halftone generate limits\` writes this page from [its table](../libs/contracts/src/limits); do not edit it.
The services read each number from that table. [The threat model](security.md) explains what the limits protect.
A limit with a setting can be changed there. An answer \`429\` or \`503\` states in \`Retry-After\` when to retry.
`;

const columns = ['limit', 'what is bounded', 'value', 'per', 'beyond it', 'setting', 'metric'];

export function pageOf(areas: typeof limitAreas, statusOf: StatusOf): string {
  const sections = areas.map(({ title, about, limits }) =>
    [
      `## ${title}`,
      '',
      ...(about ? [about, ''] : []),
      markdownTable(
        columns,
        Object.entries(limits).map(([name, limit]) => cellsOf(name, limit, statusOf)),
      ),
    ].join('\n'),
  );
  return `${head}\n${sections.join('\n\n')}\n`;
}
