/** `halftone dlq list|show|replay|drop`: see the help in command-line.ts. */
import { userInfo } from 'node:os';
import { deadLetterTopicOf, toMarker, toReplay, type DeadLetter, type Resolution } from '@halftone/contracts';
import { givenUrls } from '../engines/config.ts';
import { readRun } from '../engines/run-state.ts';
import { help, matches, NotUnderstood, wishOf, type Wish } from './command-line.ts';
import { detailsOf, inWords, lineOf, printable } from './letter-view.ts';
import { DeadLetterLog } from './log.ts';

/** What was asked for cannot be done. */
class Refused extends Error {}

const say = (text: string) => process.stdout.write(`${text}\n`);
const sayJson = (value: object) => say(JSON.stringify(value));
const remark = (text: string) => process.stderr.write(`${text}\n`);

async function list(log: DeadLetterLog, wish: Wish): Promise<void> {
  const letters = (await log.letters(await log.groups())).filter((letter) => matches(wish, letter));
  for (const line of letters.map(lineOf)) (wish.json ? sayJson : (one: typeof line) => say(inWords(one)))(line);
  const kind = wish.state === 'all' ? '' : ` ${wish.state}`;
  if (!wish.json) remark(letters.length === 0 ? `no${kind} dead letters` : `${letters.length}${kind}`);
}

async function show(log: DeadLetterLog, { ids: [id = ''], json }: Wish): Promise<void> {
  const details = detailsOf(await find(log, id));
  if (json) sayJson(details);
  else for (const [name, value] of Object.entries(details)) say(`${name.padEnd(11)} ${printable(asText(value))}`);
}

const asText = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '-');

async function resolve(log: DeadLetterLog, wish: Wish, resolution: Resolution): Promise<void> {
  const letters = wish.all ? await openOnes(log, wish) : await Promise.all(wish.ids.map((id) => find(log, id)));
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

const openOnes = async (log: DeadLetterLog, wish: Wish): Promise<DeadLetter[]> =>
  (await log.letters(await log.groups())).filter((letter) => matches(wish, letter));

async function find(log: DeadLetterLog, id: string): Promise<DeadLetter> {
  const group = id.slice(0, Math.max(0, id.lastIndexOf('/')));
  const letters = (await log.groups()).includes(group) ? await log.letters([group]) : [];
  const letter = letters.find((one) => one.id === id);
  if (!letter) throw new Refused(`there is no dead letter ${id}`);
  return letter;
}

async function grant(wish: Wish): Promise<void> {
  const brokers = readRun().engines?.kafka.brokers ?? givenUrls.kafka;
  if (!brokers) throw new Error('nothing runs here: start it with npm start, or set KAFKA_BROKERS');
  const log = await DeadLetterLog.open(brokers.split(','));
  try {
    if (wish.verb === 'list') await list(log, wish);
    else if (wish.verb === 'show') await show(log, wish);
    else await resolve(log, wish, wish.verb === 'replay' ? 'replayed' : 'dropped');
  } finally {
    await log.close();
  }
}

async function main(): Promise<void> {
  const wish = wishOf(process.argv.slice(2));
  if (wish) await grant(wish);
  else process.stdout.write(help);
}

main().catch((error: unknown) => {
  remark(error instanceof Error ? error.message : String(error));
  if (error instanceof NotUnderstood) remark(help);
  process.exitCode = error instanceof NotUnderstood ? 64 : error instanceof Refused ? 1 : 2;
});
