import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { TcpProxy } from './tcp-proxy.ts';

let server: Server;
let proxy: TcpProxy;
let accepted: Socket[];

/** Says everything back. */
beforeEach(async () => {
  accepted = [];
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await TcpProxy.listen();
  proxy.connectTo((server.address() as { port: number }).port);
});

afterEach(async () => {
  await proxy.close();
  for (const socket of accepted) socket.destroy();
  server.close();
});

interface Client {
  socket: Socket;
  heard: () => string;
  closed: () => boolean;
}

async function client(): Promise<Client> {
  const socket = connect({ host: '127.0.0.1', port: proxy.port });
  let heard = '';
  let closed = false;
  socket.on('data', (bytes) => (heard += bytes.toString()));
  socket.on('error', () => undefined).on('close', () => (closed = true));
  await once(socket, 'connect');
  return { socket, heard: () => heard, closed: () => closed };
}

const says = (one: Client, text: string) => eventually(`'${text}'`, () => one.heard() === text || undefined);

test('carries bytes both ways, also many of them, and the end', async () => {
  const one = await client();
  const text = 'x'.repeat(3_000_000);
  one.socket.end(text);
  await says(one, text);
  await eventually('the end', () => one.closed() || undefined);
});

test('cut ends what is open and refuses what is new, until it passes again', async () => {
  const one = await client();
  proxy.set({ kind: 'cut' });
  await eventually('the cut', () => one.closed() || undefined);
  // Refused at once, or accepted and closed: both are asserted below.
  const refused = await client().catch(() => undefined);
  await eventually('the refusal', () => refused === undefined || refused.closed() || undefined);
  proxy.set({ kind: 'pass' });
  const other = await client();
  other.socket.write('again');
  await says(other, 'again');
});

test('a blackhole keeps bytes and connections, and lets the bytes go in their order', async () => {
  const one = await client();
  one.socket.write('a');
  await says(one, 'a');
  proxy.set({ kind: 'blackhole' });
  one.socket.write('b');
  const answered = await eventually('an answer', () => one.heard() === 'ab' || undefined, { withinMs: 150 }).catch(
    () => false,
  );
  expect([answered, one.closed()]).toEqual([false, false]);
  proxy.set({ kind: 'pass' });
  one.socket.write('c');
  await says(one, 'abc');
});

test('a delay holds each piece back and keeps their order when it changes', async () => {
  const one = await client();
  proxy.set({ kind: 'delay', ms: 60 });
  const begun = performance.now();
  one.socket.write('slow');
  await says(one, 'slow');
  expect(performance.now() - begun).toBeGreaterThanOrEqual(110);
  one.socket.write('1');
  proxy.set({ kind: 'delay', ms: 1 });
  one.socket.write('2');
  await says(one, 'slow12');
});

test('drop ends what is open and takes new connections', async () => {
  const one = await client();
  proxy.drop();
  await eventually('the drop', () => one.closed() || undefined);
  const other = await client();
  other.socket.write('new');
  await says(other, 'new');
});
