/**
 * Photos of 20 MiB over slow lines, up and down, and a chat: longer than any connection between the services lives, while every process of
 * images is replaced one after the other, and one of notifications. The sandbox is the lab's own.
 */
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Sandbox, openSandbox, type ProcessName } from '../../harness/sandbox/sandbox.ts';
import { mayRetry } from '../../harness/clients/retry.ts';
import { eventually, waitAtMost } from '@halftone/tools/os/waiting.ts';
import { signAccessToken } from '../../harness/sandbox/realtime/access-token.ts';
import { noisePng } from '../png.ts';
import { downloadSlowly, type Downloaded, uploadSlowly } from './paced-transfer.ts';
import { SessionClient } from '../balancing/session-client.ts';
import type { Chat, Requests, Restart, Seen, Transfer } from './transfers-verdict.ts';

export interface TransfersOptions {
  /** Of one transfer; the chat goes on for 35 s more. */
  seconds: number;
  note: (text: string) => void;
  seen: (seen: Seen) => void;
  signal: AbortSignal;
}

const replicas = 3;
/** A side of 2,610 pixels makes 20.4 million bytes; 20 MiB are allowed. */
const side = 2_610;
const room = 'support:alice';
/** Nobody may say more than 20 messages in 10 s. */
const sayEveryMs = 1_000;
const customer = () => ({ authorization: `Bearer ${signAccessToken('alice')}` });
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const secondsSince = (begun: number) => Math.round((performance.now() - begun) / 100) / 10;

async function upload(gateway: string, bytes: Buffer, seconds: number): Promise<{ seen: Transfer; id: string }> {
  const begun = performance.now();
  const headers = { ...customer(), 'idempotency-key': randomUUID() };
  const base = { about: 'upload' as const, bytes: bytes.length };
  try {
    const [status, body] = await uploadSlowly(bytes, { url: `${gateway}/v1/images`, headers, seconds });
    const took = secondsSince(begun);
    const id = status === 202 ? (JSON.parse(body) as { id: string }).id : '';
    const stored = id ? await storedOf(gateway, id, bytes.length) : { size: 0, sha256: '' };
    const same = stored.sha256 === sha256(bytes);
    return { seen: { ...base, seconds: took, arrived: stored.size, same, status }, id };
  } catch (error) {
    return { seen: { ...base, seconds: secondsSince(begun), arrived: 0, same: false, ...failed(error) }, id: '' };
  }
}

const original = (gateway: string, id: string, expected: number, seconds: number) =>
  downloadSlowly(expected, { url: `${gateway}/v1/images/${id}/original`, headers: customer(), seconds });

/** The state of an upload. Asks again while the machine is too busy with renditions to answer. */
const storedOf = (gateway: string, id: string, expected: number): Promise<Downloaded> =>
  eventually('the stored photo', async () => {
    const answer = await original(gateway, id, expected, 0);
    return mayRetry(answer.status, undefined) ? undefined : answer;
  });

async function download(gateway: string, id: string, bytes: Buffer, seconds: number): Promise<Transfer> {
  const begun = performance.now();
  const base = { about: 'download' as const, bytes: bytes.length };
  try {
    const { status, size, sha256: sum } = await original(gateway, id, bytes.length, seconds);
    return { ...base, seconds: secondsSince(begun), arrived: size, same: sum === sha256(bytes), status };
  } catch (error) {
    return { ...base, seconds: secondsSince(begun), arrived: 0, same: false, ...failed(error) };
  }
}

const failed = (error: unknown) => ({ status: 0, failure: error instanceof Error ? error.message : String(error) });

async function chat(realtime: string, seconds: number): Promise<Chat> {
  const begun = performance.now();
  const alice = await SessionClient.connect(realtime, signAccessToken('alice'));
  const olga = await SessionClient.connect(realtime, signAccessToken('olga', 'operator'));
  await alice.join(room, 0);
  await olga.join(room, 0);
  let sent = 0;
  for (; secondsSince(begun) < seconds; sent += 1) {
    alice.say(room, `m${sent}`);
    await sleep(sayEveryMs);
  }
  const all = () => [alice, olga].every((one) => one.chatNumbers.length >= sent) || undefined;
  await waitAtMost('all messages', all, { withinMs: 20_000 });
  const received = [alice, olga].map((one) => one.chatNumbers);
  const lost = received.reduce((sum, numbers) => sum + sent - new Set(numbers).size, 0);
  const duplicated = received.reduce((sum, numbers) => sum + numbers.length - new Set(numbers).size, 0);
  for (const one of [alice, olga]) one.cut();
  return { about: 'chat', seconds: secondsSince(begun), sent, lost, duplicated };
}

async function requests(gateway: string, id: string, until: AbortSignal): Promise<Requests> {
  const seen: Requests = { about: 'requests', count: 0, again: 0, failed: 0 };
  const once = async () => {
    const answer = await fetch(`${gateway}/v1/images/${id}/status`, { headers: customer() });
    await answer.arrayBuffer();
    if (!mayRetry(answer.status, undefined)) return answer.status;
    seen.again += 1;
    return undefined;
  };
  for (; !until.aborted; seen.count += 1) {
    const status = await eventually('an answer', once, { withinMs: 10_000, everyMs: 500 }).catch(() => 0);
    if (status !== 200) seen.failed += 1;
    await sleep(200);
  }
  return seen;
}

/** As an orderly stop does it; resolves when the process that takes its place is ready. */
async function restart(sandbox: Sandbox, of: ProcessName): Promise<Restart> {
  const begun = performance.now();
  const { pid } = sandbox.process(of);
  process.kill(pid, 'SIGTERM');
  await sandbox.ready(of, pid, 150_000);
  return { about: 'restart', process: `${of.name}-${of.replica}`, seconds: secondsSince(begun) };
}

/** Two while transfers are on all of them, the last when those are back: there is always one that takes new calls. */
async function replaceAll(sandbox: Sandbox, seconds: number): Promise<Restart[]> {
  const images = (replica: number) => restart(sandbox, { name: 'images', replica });
  await sleep(seconds * 100);
  const first = images(1);
  await sleep(seconds * 100);
  const second = images(2);
  await sleep(seconds * 500);
  const talk = restart(sandbox, { name: 'notifications', replica: 1 });
  const early = await Promise.all([first, second, talk]);
  return [...early, await images(3)];
}

export async function transfersLab({ seconds, note, seen, signal }: TransfersOptions): Promise<Seen[]> {
  const sandbox = await openSandbox({
    name: 'transfers',
    replicas: { images: replicas, notifications: 2, realtime: 1, graph: 0, console: 0 },
    note,
    signal,
  });
  try {
    const { gateway, realtime } = sandbox.urls;
    const pictures = Array.from({ length: replicas }, () => noisePng(side));
    const [picture = Buffer.alloc(0)] = pictures;
    const { id } = await upload(gateway, picture, 0);
    note(`a photo of ${picture.length} bytes is stored; ${2 * replicas} transfers of ${seconds} s and a chat begin`);
    const done = new AbortController();
    const shown = async <One extends Seen>(work: Promise<One>) => {
      const one = await work;
      seen(one);
      return one;
    };
    const asking = requests(gateway, id, done.signal);
    const replacing = replaceAll(sandbox, seconds);
    const all: Seen[] = await Promise.all([
      ...pictures.map((bytes) => shown(upload(gateway, bytes, seconds).then((each) => each.seen))),
      ...pictures.map(() => shown(download(gateway, id, picture, seconds))),
      shown(chat(realtime[0] ?? '', seconds + 35)),
    ]);
    const restarts = await replacing;
    done.abort();
    restarts.forEach(seen);
    return [...all, ...restarts, await shown(asking)];
  } finally {
    await sandbox.close();
  }
}
