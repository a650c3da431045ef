import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionLimits, connectionLimits, limitConnections } from './connection-limits';

const get = 'GET /v1/products HTTP/1.1\r\nHost: a\r\n\r\n';
const last = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

let server: Server;
let sockets: Socket[] = [];
/** The number of started requests, and the most that ran at the same time. */
let begun = 0;
let most = 0;

async function serve(answer: Answer, limits: Partial<ConnectionLimits> = {}): Promise<void> {
  let running = 0;
  [begun, most] = [0, 0];
  server = createServer((request, response) => {
    begun += 1;
    most = Math.max(most, ++running);
    response.once('close', () => (running -= 1));
    void answer(request, response);
  });
  limitConnections(server, limits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function open(): Socket {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

async function until(passes: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !passes(); await sleep(5)) if (Date.now() > end) throw new Error('too late');
}

/** The answer on a new connection. */
async function other(): Promise<string> {
  const socket = open();
  socket.write(last);
  return text(socket);
}

const countOf = (all: string, part: string) => all.split(part).length - 1;

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const soon: Answer = ({ url }, response) => void setImmediate(() => response.end(`<${url}>`));

test('4,000 requests in one write run a few at a time, and all are answered in order', async () => {
  await serve(soon);
  const socket = open();
  socket.write(get.repeat(3_999) + last);
  const answers = await text(socket);
  expect(countOf(answers, '</v1/products>')).toBe(3_999);
  expect(answers.endsWith('</last>')).toBe(true);
  expect(most).toBeLessThanOrEqual(connectionLimits.pipelined);
});

test('unanswered requests do not start further ones, and other connections are answered', async () => {
  await serve(({ url }, response) => void (url === '/last' && response.end('<done>')));
  const socket = open();
  socket.write(get.repeat(4_000));
  await until(() => begun >= connectionLimits.pipelined);
  expect(await other()).toContain('<done>');
  expect(begun).toBe(connectionLimits.pipelined + 1);
});

test('a client that reads no answers starts no further requests; when it reads, it gets all answers', async () => {
  const page = Buffer.alloc(1024 * 1024, 'x');
  await serve((_request, response) => void setImmediate(() => response.end(page)));
  const socket = open();
  socket.pause();
  socket.write(get.repeat(199) + last);
  let before = -1;
  await until(() => {
    const isStill = begun === before;
    before = begun;
    return isStill && begun > 0;
  });
  await other();
  // The few megabytes of answers in system buffers do not count as running.
  expect(begun).toBeLessThan(50);
  let bytes = 0;
  for await (const part of socket) bytes += (part as Buffer).length;
  expect(bytes).toBeGreaterThan(200 * page.length);
  expect(most).toBeLessThanOrEqual(connectionLimits.pipelined + 1);
});

test('a client that does not read an answer is closed', async () => {
  await serve((_request, response) => void response.end(Buffer.alloc(32 * 1024 * 1024)), { answerPauseMs: 200 });
  const socket = open();
  socket.pause();
  socket.write(get);
  const [near] = (await once(server, 'connection')) as [Socket];
  await once(near, 'close');
  expect(near.destroyed).toBe(true);
});

test('bodies arrive unchanged, whatever they contain and however they are split', async () => {
  const body = `\r\n\r\n${'x'.repeat(3_000)}${'\r\n\r\n'.repeat(40_000)}`;
  const post = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const seen: boolean[] = [];
  await serve(async (request, response) => {
    const all = await text(request);
    if (request.method === 'POST') seen.push(all === body);
    response.end(`<${request.url}>`);
  });
  const socket = open();
  const all = post + get + post + post + get + last;
  for (let at = 0, size = 1; at < all.length; at += size, size = (size * 7) % 20_011)
    socket.write(all.slice(at, at + size));
  expect((await text(socket)).endsWith('</last>')).toBe(true);
  expect(seen).toEqual([true, true, true]);
});

const refusing: Answer = (_request, response) => void response.writeHead(429).end('<refused>');
const upload = (bytes: number) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n${'y'.repeat(bytes)}`;

test('after a small refused body the connection serves the next request', async () => {
  await serve((request, response) => void (request.method === 'POST' ? refusing : soon)(request, response));
  const socket = open();
  socket.write(upload(20_000) + last);
  const answers = await text(socket);
  expect(answers).toContain('<refused>');
  expect(answers.endsWith('</last>')).toBe(true);
});

test('the sender of a large refused body gets the answer, and the connection is closed', async () => {
  await serve(refusing, { refusedBodyRate: 1024 * 1024 * 1024 });
  const socket = open();
  socket.write(upload(8 * 1024 * 1024) + last);
  const answers = await text(socket);
  expect(countOf(answers, ' 429 ')).toBe(1);
  expect(answers).toContain('<refused>');
  expect(countOf(answers, '</last>')).toBe(0);
});

test.each([
  ['too large', { refusedBody: 1024 * 1024, refusedBodyRate: 1024 * 1024 * 1024 }],
  ['too late', { refusedBodyMs: 300 }],
])('a connection whose refused body is %s is closed', async (_why, limits) => {
  await serve(refusing, limits);
  const socket = open();
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n');
  const filler = setInterval(() => socket.write('y'.repeat(100_000)), 5);
  const [near] = (await once(server, 'connection')) as [Socket];
  await once(near, 'close');
  clearInterval(filler);
  expect(near.bytesRead).toBeLessThan(99_999_999);
});

test('all connections share the rate at which refused bodies are read', async () => {
  const rate = 4 * 1024 * 1024;
  await serve(refusing, { refusedBodyRate: rate });
  const nears: Socket[] = [];
  server.on('connection', (near: Socket) => nears.push(near));
  const begin = performance.now();
  for (let count = 0; count < 5; count += 1) open().write(upload(8 * 1024 * 1024));
  await sleep(1_000);
  const read = nears.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  // Without the rate limit all 40 MiB are read in one go. The bytes before the refusal, and one chunk more, are not limited.
  expect(read).toBeLessThan(3 * ((performance.now() - begin) / 1000) * rate);
  expect(read).toBeGreaterThan(10 * 64 * 1024);
});

test('of many refused bodies only so many are read on; the connections of the others close', async () => {
  await serve(refusing, { refusedBodies: 10 });
  let left = 0;
  server.on('connection', (near: Socket) => {
    left += 1;
    near.once('close', () => (left -= 1));
  });
  const filler = Buffer.alloc(1024 * 1024, 'y');
  for (let count = 0; count < 100; count += 1) {
    const socket = open();
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n');
    socket.write(filler);
    socket.write(filler);
  }
  await until(() => begun === 100);
  await until(() => left <= 10);
  expect(left).toBe(10);
});

test('a slow reader of a body delays only what follows on the connection', async () => {
  const body = 'y'.repeat(4 * 1024 * 1024);
  await serve(async (request, response) => {
    await sleep(50);
    response.end(`<${(await text(request)).length}>`);
  });
  const socket = open();
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}${get.repeat(20)}${last}`);
  const answers = await text(socket);
  expect(countOf(answers, '<0>')).toBe(21);
  expect(countOf(answers, `<${body.length}>`)).toBe(1);
});

test.each(['h2c', 'websocket', 'TLS/1.0'])(
  'an offer of %s that nobody takes is ignored (RFC 9110, 7.8): the request is answered, and the next one',
  async (protocol) => {
    await serve(soon);
    const socket = open();
    const offer = `GET /first HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`;
    socket.write(offer + offer + last);
    const answers = await text(socket);
    expect(countOf(answers, '</first>')).toBe(2);
    expect(answers.endsWith('</last>')).toBe(true);
  },
);

test('bytes after the head of an upgrade reach the new protocol', async () => {
  await serve(soon);
  const echo = async (near: Socket, head: Buffer) => {
    await sleep(20);
    near.unshift(head);
    near.on('end', () => near.end()).on('data', (bytes: Buffer) => near.write(`[${bytes.toString()}]`));
  };
  server.on('upgrade', (_request, near: Socket, head: Buffer) => void echo(near, head));
  const socket = open();
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nfirst\r\n\r\nsecond');
  let received = '';
  socket.on('data', (bytes: Buffer) => (received += bytes.toString()));
  await until(() => received.replaceAll('][', '') === '[first\r\n\r\nsecond]');
  socket.write('third');
  await until(() => received.endsWith('[third]'));
});

test('garbage after requests is answered once, and ends the connection', async () => {
  await serve(soon);
  const socket = open();
  socket.write(`${get}noise\r\n\r\nnoise\r\n\r\n`);
  expect(countOf(await text(socket), ' 400 ')).toBe(1);
});

test('a connection ends after its request limit, with Connection: close', async () => {
  await serve(soon, { requests: 20 });
  const socket = open();
  socket.write(get.repeat(100));
  const answers = await text(socket);
  expect(countOf(answers, '</v1/products>')).toBe(20);
  expect(countOf(answers, 'Connection: close')).toBe(1);
});

test('the connections of an address are limited; closing one frees a slot', async () => {
  await serve(soon, { perAddress: 3 });
  const held = [open(), open(), open()];
  for (const socket of held) socket.write(get);
  await until(() => begun === 3);
  expect(await other()).toBe('');
  held[0]?.destroy();
  await sleep(50);
  expect(await other()).toContain('</last>');
});
