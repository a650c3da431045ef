/** What was asked for: `list`, `show ID`, `replay ID …`, `drop ID …`, or the last two with --all. */
import { parseArgs } from 'node:util';
import type { DeadLetter, LetterState } from '@halftone/contracts';

export const help = `halftone dlq list    [--state open|replayed|dropped|all] [--group GROUP] [--reason REASON] [--json]
halftone dlq show    ID [--json]
halftone dlq replay  ID … | --all [--group GROUP] [--reason REASON] [--json]
halftone dlq drop    ID … | --all [--group GROUP] [--reason REASON] [--json]

A dead letter is an event that a consumer group could not handle. Its ID is GROUP/OFFSET, as list prints it.
  list    those that are open, unless --state says otherwise
  show    everything known about one: why, where it came from, its headers and its value
  replay  sends the original again, to that group only; after you have repaired what made it fail
  drop    notes that nothing is to be done about it
  --all   every open one, of that group and with that reason where given
Brokers: those of the system that npm start runs here, else KAFKA_BROKERS. npm run dlq -- ARGUMENTS is the same.
Exit code 0: done; 1: not done, and why on stderr; 2: Kafka could not be asked; 64: not understood.
`;

/** The command line is not understood. */
export class NotUnderstood extends Error {}

const verbs = ['list', 'show', 'replay', 'drop'] as const;
const states = ['open', 'replayed', 'dropped', 'all'] as const;
type Verb = (typeof verbs)[number];

export interface Wish {
  verb: Verb;
  ids: string[];
  all: boolean;
  json: boolean;
  group: string | undefined;
  reason: string | undefined;
  state: LetterState | 'all';
}

/** Undefined when help is wanted. Throws NotUnderstood. */
export function wishOf(args: string[]): Wish | undefined {
  const { values, positionals } = parsed(args);
  const [verb = '', ...ids] = positionals;
  if (values.help || verb === '') return undefined;
  if (!isOneOf(verbs, verb)) throw new NotUnderstood(`there is no ${verb}`);
  const { state = 'open', group, reason, all = false, json = false } = values;
  if (!isOneOf(states, state)) throw new NotUnderstood(`--state ${state}: one of ${states.join(', ')}`);
  const wish = { verb, ids, all, json, group, reason, state };
  const complaint = complaintAbout(wish);
  if (complaint) throw new NotUnderstood(complaint);
  return wish;
}

function complaintAbout({ verb, ids, all, group, reason, state }: Wish): string | undefined {
  const isFiltered = group !== undefined || reason !== undefined;
  if (verb === 'list')
    return ids.length > 0 || all ? 'list takes no ID; filter with --group, --reason, --state' : undefined;
  if (state !== 'open') return '--state is for list';
  if (verb === 'show') return ids.length === 1 && !all ? undefined : 'show takes one ID';
  if (all) return ids.length > 0 ? 'either IDs or --all' : undefined;
  if (ids.length === 0) return `${verb} what? An ID, or --all`;
  return isFiltered ? '--group and --reason go with --all' : undefined;
}

export const matches = ({ group, reason, state }: Wish, letter: DeadLetter): boolean =>
  (group === undefined || letter.group === group) &&
  (reason === undefined || letter.reason === reason) &&
  (state === 'all' || letter.state === state);

function parsed(args: string[]) {
  const flag = { type: 'boolean' } as const;
  const text = { type: 'string' } as const;
  const options = { group: text, reason: text, state: text, all: flag, json: flag, help: flag };
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new NotUnderstood(error instanceof Error ? error.message : String(error));
  }
}

const isOneOf = <Word extends string>(words: readonly Word[], word: string): word is Word =>
  (words as readonly string[]).includes(word);
