import { connect as connectHttp2, createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Body, Controller, Get, Module, Post, Req } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { JWT_PUBLIC_KEY } from './fixture/tokens.fixture';
import { BodyClock, limitBodies } from './body-timeout';
import { defineService } from './service-definition';
import { type RunningService, startService } from './start-service';

const limits = { idleMs: 300, graceMs: 600, minBytesPerSecond: 500 };

@Controller()
class BodyHttp {
  @Post('json')
  json(@Body() body: unknown) {
    return { body };
  }

  @Get('nothing')
  nothing() {
    return {};
  }

  /** Reads nothing for longer than a client may be idle. */
  @Post('bytes')
  async bytes(@Req() { raw }: { raw: IncomingMessage }) {
    await sleep(3 * limits.idleMs);
    let size = 0;
    for await (const chunk of raw) size += (chunk as Buffer).length;
    return { size };
  }
}

@Module({ controllers: [BodyHttp] })
class BodyModule {}

const bodies = defineService({
  name: 'bodies',
  settings: {},
  http: { bodyTimeout: limits, accepts: { '/bytes': ['application/octet-stream'] } },
  module: () => BodyModule,
  start: (app) =>
    void app
      .getHttpAdapter()
      .getInstance()
      .addContentTypeParser('application/octet-stream', (_request, _payload, done) => done(null)),
});

let service: RunningService;

beforeAll(async () => {
  service = await startService(bodies, { HTTP_PORT: '0', LOG_LEVEL: 'silent', JWT_PUBLIC_KEY });
});
afterAll(() => service.stop());

/** The whole answer until the server closes the connection. */
function raw(head: string[], pieces: Iterable<string | Buffer> = [], everyMs = 0): Promise<string> {
  const socket = connect(Number(new URL(service.httpUrl).port), '127.0.0.1');
  socket.write(`${head.join('\r\n')}\r\nhost: x\r\n\r\n`);
  void (async () => {
    for (const piece of pieces) {
      socket.write(piece);
      await sleep(everyMs);
    }
  })();
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (bytes) => (text += bytes)).on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

const json = ['content-type: application/json'];

test.each([
  ['that stops halfway', ['POST /json HTTP/1.1', ...json, 'content-length: 20'], ['{"half":']],
  ['that never begins', ['POST /json HTTP/1.1', ...json, 'content-length: 20'], []],
  [
    'in chunks without the last one',
    ['POST /json HTTP/1.1', ...json, 'transfer-encoding: chunked'],
    ['5\r\n{"a":\r\n'],
  ],
  [
    'that a handler reads itself',
    ['POST /bytes HTTP/1.1', 'content-type: application/octet-stream', 'content-length: 9'],
    ['123'],
  ],
])('a body %s is answered 408, and its connection is closed', async (_case, head, pieces) => {
  const answer = await raw(head, pieces);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer.toLowerCase()).toContain('connection: close');
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' });
});

test.each([
  ['a route that reads no body', 'GET /nothing HTTP/1.1', 200],
  ['no route', 'POST /nowhere HTTP/1.1', 404],
  ['a probe', 'GET /healthz/live HTTP/1.1', 200],
])('a body that stalls at %s does not keep the connection open after the answer', async (_case, line, status) => {
  expect(await raw([line, ...json, 'content-length: 20'], ['{'])).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

test('a body that trickles in is answered 408', async () => {
  const drops = Array.from({ length: 200 }, () => ' ');
  const answer = await raw(['POST /json HTTP/1.1', ...json, 'content-length: 2000'], drops, 50);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

test('a slow body above the minimum rate is accepted, however long it takes', async () => {
  const piece = 'x'.repeat(200);
  const pieces = ['{"a":"', ...Array.from({ length: 20 }, () => piece), '"}'];
  const length = pieces.join('').length;
  const answer = await raw(
    ['POST /json HTTP/1.1', ...json, 'connection: close', `content-length: ${length}`],
    pieces,
    100,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 201 /);
});

test('a server that does not read does not cause a timeout', async () => {
  const bytes = Buffer.alloc(8 * 1024 * 1024);
  const head = ['POST /bytes HTTP/1.1', 'content-type: application/octet-stream', 'connection: close'];
  const answer = await raw([...head, `content-length: ${bytes.length}`], [bytes]);
  expect(answer).toContain(`{"size":${bytes.length}}`);
});

test('a body over HTTP/2 that stalls is answered 408, and the connection stays open', async () => {
  const server = createHttp2((request, response) => void request.resume().on('end', () => response.end('whole')));
  limitBodies(server as never, limits);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const ask = (body: string, isWhole: boolean) =>
    new Promise<string>((resolve, reject) => {
      const stream = session.request({ ':method': 'POST', ':path': '/' });
      let text = '';
      stream.on('response', ({ ':status': status }) => (text = `${status} `));
      stream.on('data', (bytes) => (text += bytes)).on('error', reject);
      stream.on('close', () => resolve(text)).write(body);
      if (isWhole) stream.end();
    });
  expect(await ask('half', false)).toMatch(/^408 .*REQUEST_TIMEOUT/);
  expect(await ask('all', true)).toBe('200 whole');
  session.close();
  await new Promise((resolve) => server.close(resolve));
});

describe('BodyClock', () => {
  const at = (...ticks: [bytes: number, unread: boolean][]) => {
    const clock = new BodyClock({ idleMs: 2_000, graceMs: 3_000, minBytesPerSecond: 500 });
    return ticks.map(([bytes, unread]) => clock.isLate(bytes, unread, 1_000));
  };

  test('reports an idle body', () =>
    expect(at([10_000, false], [10_000, false], [10_000, false])).toEqual([false, false, true]));
  test('reports a body below the minimum rate', () =>
    expect(at([1, false], [2, false], [3, false], [4, false])).toEqual([false, false, false, true]));
  test('is paused while received bytes are unread', () =>
    expect(at(...Array.from({ length: 9 }, (): [number, boolean] => [5, true])).includes(true)).toBe(false));
});
