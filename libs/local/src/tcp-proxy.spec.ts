import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
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

afterEach(() => {
  proxy.close();
  for (const socket of accepted) socket.destroy();
  server.close();
});

interface Client {
  socket: Socket;
  received: () => string;
  closed: () => boolean;
}

async function client(): Promise<Client> {
  const socket = connect({ host: '127.0.0.1', port: proxy.port });
  let received = '';
  let closed = false;
  socket.on('data', (bytes) => (received += bytes.toString()));
  socket.on('error', () => undefined).on('close', () => (closed = true));
  await once(socket, 'connect');
  return { socket, received: () => received, closed: () => closed };
}

/** Asks until the answer is one; throws with what was awaited. */
async function eventually(what: string, probe: () => true | undefined, { withinMs = 10_000 } = {}): Promise<true> {
  for (const end = performance.now() + withinMs; performance.now() < end; await sleep(5)) if (probe()) return true;
  throw new Error(`waited ${withinMs} ms for ${what}`);
}

const says = (one: Client, text: string) => eventually(`'${text}'`, () => one.received() === text || undefined);

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
  // Refused immediately, or accepted and closed: both are asserted below.
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
  const answered = await eventually('an answer', () => one.received() === 'ab' || undefined, { withinMs: 150 }).catch(
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

test('closed, its port refuses connections; opened again, also at another address, it carries them', async () => {
  const one = await client();
  proxy.close();
  await eventually('the end', () => one.closed() || undefined);
  await expect(client()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.open('127.0.9.3');
  await expect(client()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  proxy.close();
  await proxy.open();
  const other = await client();
  other.socket.write('new');
  await says(other, 'new');
  expect(proxy.accepted).toBe(2);
});

test.each([
  ['everything', ['before']],
  ['answers', ['before', 'lost']],
] as const)('a muted connection loses %s and stays open; new ones are carried', async (lost, expected) => {
  const one = await client();
  one.socket.write('before');
  await says(one, 'before');
  let arrived = 0;
  accepted[0]?.on('data', (bytes: Buffer) => (arrived += bytes.length));
  proxy.mute(lost);
  one.socket.write('lost');
  const other = await client();
  other.socket.write('new');
  await says(other, 'new');
  await sleep(50);
  expect([one.received(), one.closed(), arrived]).toEqual([
    'before',
    false,
    expected.join('').length - 'before'.length,
  ]);
});
