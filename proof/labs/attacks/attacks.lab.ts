/** `npm run lab -- attacks`: its options and its output. */
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
import { type Lab, namesIn } from '../lab.ts';
import type { Attack } from './attack.ts';
import { attacks as known } from './all.ts';
import { attacksLab } from './attacks.ts';
import { chartLimits } from './memory.ts';
import { complaintsAbout, ratio, type Seen } from './verdict.ts';

const standardSeconds = 20;
const standardRounds = 3;

function countOf(value: unknown, name: string, standard: number): number {
  const count = Number(value ?? standard);
  if (Number.isInteger(count) && count >= 1 && count <= 600) return count;
  throw new UsageError(`--${name} is a whole number from 1 to 600`);
}

function attacksNamed(names: readonly string[]): readonly Attack[] {
  const unknown = names.find((name) => !known.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new UsageError(`no attack is called '${unknown}'; there are ${known.map(({ name }) => name).join(', ')}`);
  return names.length > 0 ? known.filter(({ name }) => names.includes(name)) : known;
}

/** The process that comes nearest to its limit. */
function fullest(memory: Seen['memory'], limitOf: (label: string) => number): string {
  const shares = Object.entries(memory).map(([label, mib]) => ({ label, mib, share: mib / limitOf(label) }));
  const [first] = shares.toSorted((one, other) => other.share - one.share);
  return first ? `${first.label} took ${first.mib} of ${limitOf(first.label)} MiB` : 'no process was seen';
}

function show(seen: Seen, complaints: readonly string[], limitOf: (label: string) => number): string {
  const times = seen.rounds.map(({ calm, attacked }) => `${calm.p99} → ${attacked.p99} ms`).join(', ');
  const answers = Object.entries(seen.answers).map(([answer, count]) => `${answer} × ${count}`);
  return [
    `${complaints.length === 0 ? '✔' : '✘'} ${seen.attack}: answered ${answers.join(', ') || 'nothing'}`,
    `    another customer's p99 ${times} (${ratio(seen)} ×); ${fullest(seen.memory, limitOf)}`,
    ...complaints.map((complaint) => `    ${complaint}`),
  ].join('\n');
}

export const attacks: Lab = {
  name: 'attacks',
  title: 'attack the shop from outside while another customer orders',
  about: [
    'Attacks from outside: answers that are never read, picture bombs, floods of transfers, uploads, bodies, aliases, pings, guesses.',
    "Each is refused or bounded; meanwhile another customer's p99 is at most twice what it is without, no process takes more memory",
    'than its limit in the chart or restarts, and every invariant of verify holds.',
  ],
  options: {
    only: { type: 'string', multiple: true },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
  },
  choices: { only: known.map(({ name }) => name) },
  optionsAbout: [
    `--only NAME    only this attack; may be repeated: ${known.map(({ name }) => name).join(', ')}`,
    `--seconds N    of each attack (${standardSeconds})`,
    `--rounds N    of each attack (${standardRounds})`,
  ],
  killNow: killSandbox,
  async run({ json, values, say, print, signal }) {
    const limits = chartLimits();
    const limitOf = (label: string) => limits(label.replace(/-\d+$/, ''));
    let ok = true;
    await attacksLab({
      attacks: attacksNamed(namesIn(values['only'])),
      seconds: countOf(values['seconds'], 'seconds', standardSeconds),
      rounds: countOf(values['rounds'], 'rounds', standardRounds),
      note: say,
      seen: (seen, attack) => {
        const complaints = complaintsAbout(seen, attack, limitOf);
        const verdict = { ...seen, ratio: ratio(seen), complaints, ok: complaints.length === 0 };
        print(json ? JSON.stringify({ lab: 'attacks', ...verdict }) : show(seen, complaints, limitOf));
        ok &&= verdict.ok;
      },
      signal,
    });
    if (json) print(JSON.stringify({ lab: 'attacks', lesson: ok ? 'ok' : 'failed' }));
    return ok;
  },
};
