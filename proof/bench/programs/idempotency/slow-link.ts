import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/** A way to the same server on which everything it answers arrives `delayMs` later; gives the URL to use instead. */
export async function slowLink(url: string, delayMs: number): Promise<string> {
  const link = new URL(url);
  const { hostname: host, port } = link;
  const server = createServer((client) => {
    const upstream = connect({ host, port: Number(port) });
    client.setNoDelay(true).pipe(upstream.setNoDelay(true));
    upstream.on('data', (bytes) => setTimeout(() => client.write(bytes), delayMs));
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  link.port = String((server.address() as AddressInfo).port);
  return link.href;
}
