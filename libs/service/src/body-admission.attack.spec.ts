import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '@halftone/contracts';
import { Body, Controller, Get, Module, Post, Query } from '@nestjs/common';
import { accessToken, JWT_PUBLIC_KEY } from './fixture/tokens.fixture';
import { defineService } from './service-definition';
import { type RunningService, startService } from './start-service';

@Controller()
class ThingHttp {
  @Post('mine')
  mine(@Body() body: unknown) {
    return { body };
  }

  @Post('open')
  open(@Body() body: { text?: string }) {
    return { length: body.text?.length };
  }

  @Post('ticket')
  ticket(@Body() body: unknown, @Query('ticket') ticket: string) {
    return { body, ticket };
  }

  @Get('mine')
  get() {
    return {};
  }
}

@Module({ controllers: [ThingHttp] })
class ThingModule {}

const things = defineService({
  name: 'things',
  settings: {},
  http: { bodies: { '/open': 'anyone', '/ticket': 'ticket', '*': 'signed-in' } },
  module: () => ThingModule,
});

let service: RunningService;
let token: string;
let sockets: Socket[] = [];

beforeAll(async () => {
  service = await startService(things, { HTTP_PORT: '0', LOG_LEVEL: 'silent', JWT_PUBLIC_KEY });
  token = await accessToken();
});
afterAll(() => service.stop());
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
});

/** Announces a body of `length` bytes and sends `sent` of them. */
function begin(path: string, length: number, sent: number, fields: readonly string[] = []) {
  const { hostname, port } = new URL(service.httpUrl);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  const client = { socket, received: '' };
  socket.on('data', (bytes: Buffer) => (client.received += bytes.toString()));
  const head = [`POST ${path} HTTP/1.1`, 'Host: a', 'Content-Type: application/json', `Content-Length: ${length}`];
  socket.write(`${[...head, ...fields].join('\r\n')}\r\n\r\n${' '.repeat(sent)}`);
  sockets.push(socket);
  return client;
}

async function until(passes: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !passes(); await sleep(5)) if (Date.now() > end) throw new Error('too late');
}

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(service.httpUrl + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

test.each([
  ['without a token', '/mine', []],
  ['with a malformed token', '/mine', ['Authorization: Bearer x.y.z']],
  ['without a token or a ticket', '/ticket', []],
])('a caller %s gets the answer before sending the body', async (_case, path, fields) => {
  const client = begin(path, 60_000, 100, fields);
  await until(() => client.received.includes('\r\n\r\n'));
  expect(client.received).toMatch(/^HTTP\/1.1 401 /);
  expect(client.received).toContain('UNAUTHENTICATED');
});

test('after the rest of a refused body the connection is usable again; the rest has a limit', async () => {
  const client = begin('/mine', 60_000, 100);
  await until(() => client.received.includes('UNAUTHENTICATED'));
  client.socket.write(`${' '.repeat(59_900)}GET /mine HTTP/1.1\r\nHost: a\r\n\r\n`);
  await until(() => client.received.includes('HTTP/1.1 200 '));
  const long = begin('/mine', 1e12, 100);
  const closed = new Promise((resolve) => long.socket.once('close', resolve));
  await until(() => long.received.includes('UNAUTHENTICATED'));
  const piece = Buffer.alloc(1024 * 1024);
  let sent = 0;
  const send = (): void => {
    if (long.socket.destroyed || sent > 4 * limits.refusedBody.value) return;
    sent += piece.length;
    long.socket.write(piece, () => send());
  };
  send();
  await closed;
  expect(sent).toBeLessThan(3 * limits.refusedBody.value);
});

test('of 300 unfinished bodies of one address its share is kept and the rest is refused immediately', async () => {
  const size = 60_000;
  const client = Array.from({ length: 300 }, () => begin('/open', size, size - 1));
  const kept = Math.floor(limits.anonymousBodiesOfAddress.value / size);
  const refused = () => client.filter(({ received }) => /^HTTP\/1.1 429 [^]*retry-after: \d/i.test(received)).length;
  await until(() => refused() >= client.length - kept);
  await sleep(100);
  expect(refused()).toBe(client.length - kept);
  // A caller with a token is still served.
  const mine = await post('/mine', JSON.stringify({ text: 'x'.repeat(size) }), { authorization: `Bearer ${token}` });
  expect(mine.status).toBe(201);
  for (const { socket } of client) socket.destroy();
  await sleep(200);
  expect((await post('/open', JSON.stringify({ text: 'x'.repeat(size) }))).status).toBe(201);
});

test('a body without a token has a lower size limit, also without Content-Length', async () => {
  const large = JSON.stringify({ text: 'x'.repeat(limits.anonymousBody.value) });
  expect((await post('/open', large)).status).toBe(413);
  expect((await post('/open', large, { authorization: `Bearer ${token}` })).status).toBe(201);
  const chunked = (text: string) =>
    fetch(`${service.httpUrl}/open`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([text]).stream(),
      duplex: 'half',
    } as RequestInit);
  const answer = await chunked(large);
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([413, 'BODY_TOO_LARGE']);
  expect(await (await chunked('{"text":"abc"}')).json()).toEqual({ length: 3 });
});

test('a ticket admits a body', async () => {
  expect((await post('/ticket?ticket=abc', '{}')).status).toBe(201);
});
