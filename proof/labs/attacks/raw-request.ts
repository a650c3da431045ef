/** Requests of attackers: raw sockets, no client library. */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { rest } from '@halftone/tools/os/waiting.ts';
import type { Target } from './attack.ts';

export interface RawRequest {
  method?: 'GET' | 'POST';
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
}

/** No limit on the attacker's connections. */
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** The status, or what happened to the connection; never rejects. */
export function ask(base: string, asked: RawRequest, { localAddress }: Pick<Target, 'localAddress'>): Promise<string> {
  return new Promise((resolve) => {
    const { method = 'GET', path, headers = {}, body } = asked;
    const options = { agent, method, headers, timeout: 30_000, ...(localAddress && { localAddress }) };
    const sent = request(`${base}${path}`, options, (answer) => {
      answer.resume();
      answer.once('close', () => resolve(String(answer.statusCode)));
      answer.once('error', () => resolve('closed'));
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.once('error', () => resolve('closed'));
    sent.end(body);
  });
}

/** As `customer`, with JSON. */
export const post = (
  token: string,
  path: string,
  body: object,
  more: Readonly<Record<string, string>> = {},
): RawRequest => ({
  method: 'POST',
  path,
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more },
  body: JSON.stringify(body),
});

/** The shortest Retry-After is one second. */
const refusedMs = 1_000;

/** Keeps `atOnce` requests running until it is over. After a refusal it waits a second. */
export async function keepBusy(atOnce: number, once: () => Promise<string>, until: AbortSignal): Promise<void> {
  const one = async () => {
    while (!until.aborted) {
      const answer = await once();
      if (answer === '429' || answer === '503') await rest(refusedMs, until);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** A connection, or undefined if it is refused. */
export async function open(base: string, { localAddress }: Pick<Target, 'localAddress'>): Promise<Socket | undefined> {
  const { hostname, port } = new URL(base);
  const socket = connect({ host: hostname, port: Number(port), ...(localAddress && { localAddress }) });
  const opened = once(socket, 'connect').then(
    () => socket,
    () => undefined,
  );
  const found = await opened;
  found?.on('error', () => undefined);
  return found;
}

/** The status in the first line that comes on a connection, or `closed`, or `unanswered` when the time is over. */
export function firstAnswer(socket: Socket, until: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (data: Buffer) => resolve(data.toString('latin1', 9, 12)));
    socket.once('close', () => resolve('closed'));
    until.addEventListener('abort', () => resolve('unanswered'), { once: true });
  });
}

/** Resolves when it is over. */
export const over = (until: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (until.aborted) resolve();
    until.addEventListener('abort', () => resolve(), { once: true });
  });
