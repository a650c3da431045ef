/** The worst moment to lose a connection: the request is out, the answer is not in. */
import { once } from 'node:events';
import { connect } from 'node:net';
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
 * Hands the whole request to the kernel and destroys the connection before any answer can be read. Nobody can know whether
 * it took effect. Resolves with the bytes sent; rejects only when no connection was made.
 */
export async function cutAfterSend(url: string, request: Request): Promise<number> {
  const target = new URL(url);
  const bytes = wire(target, request);
  const socket = connect({ host: target.hostname, port: Number(target.port || 80), noDelay: true });
  await once(socket, 'connect');
  await new Promise<void>((sent, failed) => socket.write(bytes, (error) => (error ? failed(error) : sent())));
  socket.destroy();
  return bytes.length;
}
