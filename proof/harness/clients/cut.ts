/** Requests whose connection is cut: before the request is complete, or before the answer is read. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Request } from './http.ts';

function wire(url: URL, { method = 'GET', headers = {}, body = '' }: Request): Buffer {
  const payload = Buffer.from(body);
  const lines = Object.entries({ host: url.host, ...headers, 'content-length': String(payload.length) });
  const head = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), payload]);
}

/**
 * Sends the whole request and destroys the connection before an answer can be read. The outcome is unknown.
 * Resolves with the bytes sent; rejects only when no connection was made.
 */
export const cutAfterSend = (url: string, request: Request): Promise<number> => sendSome(url, request, 0);

/** The same without the last byte: the server never has a complete request. */
export const cutWithinSend = (url: string, request: Request): Promise<number> => sendSome(url, request, 1);

/** The same after the answer has begun to arrive: the request took effect, and only the answer is lost. */
export async function cutBeforeReading(url: string, request: Request): Promise<void> {
  const socket = await sent(url, request, 0);
  try {
    await once(socket, 'readable', { signal: AbortSignal.timeout(request.timeoutMs ?? 10_000) });
  } finally {
    socket.destroy();
  }
}

/** Resolves with the number of bytes sent. */
async function sendSome(url: string, request: Request, missing: number): Promise<number> {
  const socket = await sent(url, request, missing);
  socket.destroy();
  return socket.bytesWritten;
}

async function sent(url: string, request: Request, missing: number): Promise<Socket> {
  const target = new URL(url);
  const whole = wire(target, request);
  const socket = connect({ host: target.hostname, port: Number(target.port || 80), noDelay: true });
  await once(socket, 'connect');
  await new Promise<void>((done, failed) => {
    socket.write(whole.subarray(0, whole.length - missing), (error) => (error ? failed(error) : done()));
  });
  return socket;
}
