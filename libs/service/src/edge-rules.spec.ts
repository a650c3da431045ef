import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Body, Controller, Delete, Get, Headers, Module, Post, Query, Res } from '@nestjs/common';
import { JWT_PUBLIC_KEY } from './fixture/tokens.fixture';
import { defineService } from './service-definition';
import { type RunningService, startService } from './start-service';

@Controller('things')
class ThingHttp {
  @Get()
  list(
    @Headers('if-none-match') held: string | undefined,
    @Res({ passthrough: true }) reply: { status(code: number): unknown },
  ) {
    if (held !== undefined) reply.status(304);
    return held === undefined ? { items: [] } : undefined;
  }

  @Post()
  make(@Body() body: unknown) {
    return { body };
  }

  @Get('found')
  find(@Query('name') name: string | undefined) {
    return { name };
  }

  @Delete(':id/copies')
  drop() {
    return {};
  }

  @Post(':id/bytes')
  bytes() {
    return {};
  }
}

@Module({ controllers: [ThingHttp] })
class ThingModule {}

const things = defineService({
  name: 'things',
  settings: {},
  http: { accepts: { '/things/:id/bytes': ['image/*'] } },
  module: () => ThingModule,
  async start(app) {
    const fastify = app.getHttpAdapter().getInstance();
    fastify.addContentTypeParser(/^image\//, (_request, payload, done) => done(null, payload.resume()));
    fastify.route({ method: ['POST', 'OPTIONS'], url: '/all', handler: () => ({}) });
    await fastify.register(async (plugin: typeof fastify) => {
      plugin.get('/plugin', () => {
        throw Object.assign(new Error('of a plugin'), { statusCode: 400 });
      });
    });
  },
});

let service: RunningService;

beforeAll(async () => {
  service = await startService(things, { HTTP_PORT: '0', LOG_LEVEL: 'silent', JWT_PUBLIC_KEY });
});
afterAll(() => service.stop());

const json = { 'content-type': 'application/json' };
const ask = (path: string, init: RequestInit = {}) => fetch(service.httpUrl + path, init);

function raw(request: string): Promise<string> {
  const socket = connect(Number(new URL(service.httpUrl).port), '127.0.0.1', () => socket.write(request));
  return new Promise((resolve) => {
    let text = '';
    socket
      .on('data', (bytes) => (text += bytes))
      .on('error', () => undefined)
      .on('close', () => resolve(text));
  });
}

test.each([
  ['DELETE', '/things?a=1', 'GET, HEAD, POST'],
  ['OPTIONS', '/things', 'GET, HEAD, POST'],
  ['OPTIONS', '/all', 'POST'],
  ['PUT', '/things/7/bytes', 'POST'],
  ['POST', '/healthz/live', 'GET, HEAD'],
])('%s %s is 405 with the allowed methods', async (method, path, allow) => {
  const answer = await ask(path, { method });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
  expect(await answer.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
});

test.each([
  ['an unknown method', 'FOO /things HTTP/1.1\r\nhost: x\r\n\r\n', 501, 'METHOD_UNKNOWN'],
  [
    'a method of WebDAV',
    'PROPFIND /things HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    405,
    'METHOD_NOT_ALLOWED',
  ],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nhost: x\r\n\r\n', 501, 'METHOD_UNKNOWN'],
  ['garbage', 'hello\r\n\r\n', 400, 'MALFORMED_REQUEST'],
  ['a malformed header', 'GET / HTTP/1.1\r\nhost: x\r\na b: c\r\n\r\n', 400, 'MALFORMED_REQUEST'],
  [
    'headers that are too long',
    `GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'HEADERS_TOO_LARGE',
  ],
  ['an expectation', 'GET /things HTTP/1.1\r\nhost: x\r\nexpect: tea\r\n\r\n', 417, 'EXPECTATION_FAILED'],
  ['a request without Host', 'GET /things HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'MALFORMED_REQUEST'],
  [
    'a request with two Hosts',
    'GET /things HTTP/1.1\r\nhost: a\r\nhost: a\r\nconnection: close\r\n\r\n',
    400,
    'MALFORMED_REQUEST',
  ],
  ['an invalid Host', 'GET /things HTTP/1.1\r\nhost: [\r\nconnection: close\r\n\r\n', 400, 'MALFORMED_REQUEST'],
  ['a Host with a space', 'GET /things HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n', 400, 'MALFORMED_REQUEST'],
  ['a Host with a path', 'GET /things HTTP/1.1\r\nhost: a/b\r\nconnection: close\r\n\r\n', 400, 'MALFORMED_REQUEST'],
  [
    'an unsupported transfer coding',
    'POST /things HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n' +
      'transfer-encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    415,
    'UNSUPPORTED_CONTENT_ENCODING',
  ],
  ['an error of a plugin', 'GET /plugin HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400, 'VALIDATION_FAILED'],
])('%s is a problem document', async (_case, request, status, code) => {
  const answer = await raw(request);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain('application/problem+json');
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status, code });
});

test.each([
  ['HTTP/1.0 has no Host', 'GET /things HTTP/1.0\r\n\r\n'],
  ['a Host may be empty', 'GET /things HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n'],
  ['a Host has a port', 'GET /things HTTP/1.1\r\nhost: a.example:80\r\nconnection: close\r\n\r\n'],
  ['a Host is an address', 'GET /things HTTP/1.1\r\nhost: [::1]:80\r\nconnection: close\r\n\r\n'],
])('%s', async (_case, request) => {
  expect(await raw(request)).toMatch(/^HTTP\/1.1 200 /);
});

test.each([
  ['/things', 'application/json'],
  ['/things/7/bytes', 'image/*'],
])('415 of %s lists the accepted types', async (path, accept) => {
  const answer = await ask(path, { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'a,b' });
  expect([answer.status, answer.headers.get('accept')]).toEqual([415, accept]);
  expect(await answer.json()).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE', detail: `Send the body as ${accept}` });
});

test.each([
  ['an empty body', { method: 'POST', body: '' }],
  ['no body', { method: 'POST' }],
  ['DELETE without a body', { method: 'DELETE' }],
])('415 lists the accepted types, also when an unsupported type comes with %s', async (_case, init) => {
  const path = init.method === 'DELETE' ? '/things/7/copies' : '/things';
  const answer = await ask(path, { ...init, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  expect(answer.status).toBe(415);
  expect(await answer.json()).toMatchObject({ detail: `Send the body as ${answer.headers.get('accept')}` });
});

test('the content type of a GET without a body is ignored', async () => {
  const answer = await ask('/things', { headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  expect(answer.status).toBe(200);
});

test('a compressed body is refused as such', async () => {
  const headers = { ...json, 'content-encoding': 'gzip' };
  const answer = await ask('/things', { method: 'POST', headers, body: gzipSync('{}') });
  expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'identity']);
  expect(await answer.json()).toMatchObject({ code: 'UNSUPPORTED_CONTENT_ENCODING' });
});

test('a content type without a body is fine where no body is required', async () => {
  expect((await ask('/things', { method: 'POST', headers: json })).status).toBe(201);
});

test('a HEAD that is answered 304 has no length', async () => {
  const answer = await ask('/things', { method: 'HEAD', headers: { 'if-none-match': '"1"' } });
  expect([answer.status, answer.headers.get('content-length')]).toEqual([304, null]);
  expect((await ask('/things', { method: 'HEAD' })).headers.get('content-length')).toBe('12');
});

test.each([
  ['/things?nope=1', [{ path: 'nope', message: 'unknown parameter' }]],
  ['/things/found?name=a&nope=1', [{ path: 'nope', message: 'unknown parameter' }]],
])('an unknown parameter is reported: %s', async (path, errors) => {
  const answer = await ask(path);
  expect([answer.status, await answer.json()]).toEqual([
    400,
    expect.objectContaining({ code: 'VALIDATION_FAILED', errors }),
  ]);
});

test('a known parameter is accepted', async () => {
  expect(await (await ask('/things/found?name=a')).json()).toEqual({ name: 'a' });
});
