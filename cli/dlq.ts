/** `halftone dlq list|show|replay|drop`. */
import { userInfo } from 'node:os';
import { deadLetterTopicOf, toMarker, toReplay, type DeadLetter, type Resolution } from '@halftone/contracts';
import { messageOf } from '@halftone/tools/terminal/message-of.ts';
import { givenUrls } from '@halftone/tools/os/config.ts';
import { readRun } from '@halftone/tools/os/run-state.ts';
import { Unavailable } from '@halftone/tools/os/unavailable.ts';
import { NothingRuns } from '@halftone/proof/verify/sources.ts';
import { assertClear, type Closing, type Filter, matches } from '@halftone/tools/dlq/wish.ts';
import { detailsOf, inWords, lineOf, printable } from '@halftone/tools/dlq/letter-view.ts';
import { DeadLetterLog } from '@halftone/tools/dlq/log.ts';

/** What was asked for cannot be done. */
class Refused extends Error {}

const say = (text: string) => process.stdout.write(`${text}\n`);
const sayJson = (value: object) => say(JSON.stringify(value));
const remark = (text: string) => process.stderr.write(`${text}\n`);

async function printAll(log: DeadLetterLog, wish: Filter & { json: boolean }): Promise<void> {
  const letters = await matching(log, wish);
  for (const line of letters.map(lineOf)) (wish.json ? sayJson : (one: typeof line) => say(inWords(one)))(line);
  const kind = wish.state === 'all' ? '' : ` ${wish.state ?? 'open'}`;
  if (!wish.json) remark(letters.length === 0 ? `no${kind} dead letters` : `${letters.length}${kind}`);
}

async function printOne(log: DeadLetterLog, id: string, json: boolean): Promise<void> {
  const details = detailsOf(await find(log, id));
  if (json) sayJson(details);
  else for (const [name, value] of Object.entries(details)) say(`${name.padEnd(11)} ${printable(asText(value))}`);
}

const asText = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '-');

interface Named extends Closing {
  ids: readonly string[];
}

async function resolve(log: DeadLetterLog, wish: Named, resolution: Resolution): Promise<void> {
  const letters = wish.all ? await matching(log, wish) : await Promise.all(wish.ids.map((id) => find(log, id)));
  const closed = letters.find(({ state }) => state !== 'open');
  if (closed) throw new Refused(`${closed.id} was ${closed.state} by ${closed.resolved?.by}; nothing was done`);
  for (const letter of letters) {
    // First the event and then the note: a command that dies in between leaves an open letter, and the inbox knows the event.
    if (resolution === 'replayed') await log.append(letter.origin.topic, toReplay(letter));
    await log.append(
      deadLetterTopicOf(letter.group),
      toMarker(letter, resolution, `cli:${userInfo().username}`, new Date()),
    );
    if (wish.json) sayJson({ ...lineOf(letter), state: resolution });
    else say(`${letter.id} ${resolution}`);
  }
  if (letters.length === 0 && !wish.json) remark('no open dead letters match');
}

const matching = async (log: DeadLetterLog, wish: Filter): Promise<DeadLetter[]> =>
  (await log.letters(await log.groups())).filter((letter) => matches(wish, letter));

async function find(log: DeadLetterLog, id: string): Promise<DeadLetter> {
  const group = id.slice(0, Math.max(0, id.lastIndexOf('/')));
  const letters = (await log.groups()).includes(group) ? await log.letters([group]) : [];
  const letter = letters.find((one) => one.id === id);
  if (!letter) throw new Refused(`there is no dead letter ${id}`);
  return letter;
}

async function withLog(work: (log: DeadLetterLog) => Promise<void>): Promise<number> {
  const brokers = givenUrls.kafka ?? readRun().engines?.kafka.brokers;
  if (!brokers) throw new NothingRuns('nothing runs here: start it with npm start, or set KAFKA_BROKERS');
  const log = await DeadLetterLog.open(brokers.split(',')).catch((error: unknown) => {
    throw new Unavailable(`Kafka at ${brokers} does not answer: ${messageOf(error)}`);
  });
  try {
    await work(log);
    return 0;
  } finally {
    await log.close();
  }
}

export const list = (options: Filter & { json: boolean }): Promise<number> => withLog((log) => printAll(log, options));

export const show = ({ json }: { json: boolean }, id: string): Promise<number> =>
  withLog((log) => printOne(log, id, json));

function close(verb: string, resolution: Resolution, options: Closing, ids: readonly string[]): Promise<number> {
  assertClear(verb, ids, options);
  return withLog((log) => resolve(log, { ...options, ids }, resolution));
}

export const replay = async (options: Closing, ids: string[]): Promise<number> =>
  close('replay', 'replayed', options, ids);

export const drop = async (options: Closing, ids: string[]): Promise<number> => close('drop', 'dropped', options, ids);
