/** `halftone dlq list|show|replay|drop`. */
import { userInfo } from 'node:os';
import type { Resolution } from '@halftone/contracts';
import { givenUrls } from '@halftone/tools/os/config.ts';
import { readRun } from '@halftone/tools/os/run-state.ts';
import { NothingRuns } from '@halftone/proof/verify/sources.ts';
import { deskAt, type DeadLetterDesk } from '@halftone/tools/dlq/desk.ts';
import { detailsOf, inWords, lineOf, printable } from '@halftone/tools/dlq/letter-view.ts';
import { assertClear, type Closing, type Filter, lettersLike } from '@halftone/tools/dlq/wish.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);
const sayJson = (value: object) => say(JSON.stringify(value));
const remark = (text: string) => process.stderr.write(`${text}\n`);

async function printAll(desk: DeadLetterDesk, wish: Filter & { json: boolean }): Promise<void> {
  const letters = await lettersLike(desk, wish);
  for (const line of letters.map(lineOf)) (wish.json ? sayJson : (one: typeof line) => say(inWords(one)))(line);
  const kind = wish.state === 'all' ? '' : ` ${wish.state ?? 'open'}`;
  if (!wish.json) remark(letters.length === 0 ? `no${kind} dead letters` : `${letters.length}${kind}`);
}

async function printOne(desk: DeadLetterDesk, id: string, json: boolean): Promise<void> {
  const details = detailsOf(await desk.find(id));
  if (json) sayJson(details);
  else for (const [name, value] of Object.entries(details)) say(`${name.padEnd(11)} ${printable(asText(value))}`);
}

const asText = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '-');

interface Named extends Closing {
  ids: readonly string[];
}

async function resolve(desk: DeadLetterDesk, wish: Named, resolution: Resolution): Promise<void> {
  const letters = wish.all ? await lettersLike(desk, wish) : await Promise.all(wish.ids.map((id) => desk.find(id)));
  const closed = letters.find(({ state }) => state !== 'open');
  if (closed) throw new Error(`${closed.id} was ${closed.state} by ${closed.resolved?.by}; nothing was done`);
  for (const letter of letters) {
    await desk.resolve(letter, resolution, `cli:${userInfo().username}`);
    if (wish.json) sayJson({ ...lineOf(letter), state: resolution });
    else say(`${letter.id} ${resolution}`);
  }
  if (letters.length === 0 && !wish.json) remark('no open dead letters match');
}

async function withDesk(work: (desk: DeadLetterDesk) => Promise<void>): Promise<number> {
  const brokers = givenUrls.kafka ?? readRun().engines?.kafka.brokers;
  if (!brokers) throw new NothingRuns('nothing runs here: start it with npm start, or set KAFKA_BROKERS');
  const { desk, close } = await deskAt(brokers);
  try {
    await work(desk);
    return 0;
  } finally {
    await close();
  }
}

export const list = (options: Filter & { json: boolean }): Promise<number> =>
  withDesk((desk) => printAll(desk, options));

export const show = ({ json }: { json: boolean }, id: string): Promise<number> =>
  withDesk((desk) => printOne(desk, id, json));

function close(verb: string, resolution: Resolution, options: Closing, ids: readonly string[]): Promise<number> {
  assertClear(verb, ids, options);
  return withDesk((desk) => resolve(desk, { ...options, ids }, resolution));
}

export const replay = async (options: Closing, ids: string[]): Promise<number> =>
  close('replay', 'replayed', options, ids);

export const drop = async (options: Closing, ids: string[]): Promise<number> => close('drop', 'dropped', options, ids);
