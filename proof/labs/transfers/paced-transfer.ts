/** An upload and a download over HTTP as a slow line makes them: so many bytes a second, evenly. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { awaitedLater } from '@halftone/tools/os/waiting.ts';

export interface Slowly {
  url: string;
  headers: Readonly<Record<string, string>>;
  seconds: number;
}

const piece = 64 * 1024;

/** Waits until that share of the time has passed. */
const pace = async (begun: number, seconds: number, share: number) => {
  const early = begun + seconds * 1_000 * share - performance.now();
  if (early > 0) await sleep(early);
};

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of answer.setEncoding('utf8')) text += part;
  return text;
}

/** Resolves with the status and the body of the answer; rejects when the connection breaks. */
export async function uploadSlowly(bytes: Buffer, { url, headers, seconds }: Slowly): Promise<[number, string]> {
  const own = { 'content-type': 'image/png', 'content-length': String(bytes.length) };
  const sent = request(url, { method: 'POST', headers: { ...headers, ...own }, agent: false });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  let isOver = false;
  const over = answered.finally(() => (isOver = true));
  void awaitedLater(over);
  const begun = performance.now();
  for (let at = 0; at < bytes.length && !isOver; at += piece) {
    await pace(begun, seconds, at / bytes.length);
    if (!sent.write(bytes.subarray(at, at + piece))) await Promise.race([once(sent, 'drain'), over]);
  }
  sent.end();
  const [answer] = await answered;
  return [answer.statusCode ?? 0, await textOf(answer)];
}

export interface Downloaded {
  status: number;
  size: number;
  sha256: string;
}

/** Reads as slowly as `seconds` says for `expected` bytes. Rejects when the connection breaks before the last byte. */
export async function downloadSlowly(expected: number, { url, headers, seconds }: Slowly): Promise<Downloaded> {
  const asked = request(url, { headers, agent: false }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const hash = createHash('sha256');
  const begun = performance.now();
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    hash.update(part);
    await pace(begun, seconds, size / expected);
  }
  return { status: answer.statusCode ?? 0, size, sha256: hash.digest('hex') };
}
