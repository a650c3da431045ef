import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningService } from '@halftone/service';
import { answeringWith, askUnknownParameter, bootService, type ServedRoute } from '@halftone/testing';
import { consoleService } from './console';

const files = mkdtempSync(join(tmpdir(), 'halftone-page-'));
const received: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
let gateway: Server;
let service: RunningService;

beforeAll(async () => {
  mkdirSync(join(files, 'assets'));
  writeFileSync(join(files, 'index.html'), '<title>Halftone</title>');
  writeFileSync(join(files, 'assets/index-abc.js'), 'run()');
  gateway = createServer(
    answeringWith(async (request, response) => {
      const body = (await request.toArray()).join('');
      received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      response.writeHead(201, { 'content-type': 'application/json', 'x-request': 'seen' }).end('{"made":true}');
    }),
  );
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  service = await bootService(consoleService, {
    CONSOLE_FILES: files,
    GATEWAY_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
    REALTIME_URLS: 'http://127.0.0.1:8090, https://live.example.com',
  });
});
afterAll(async () => {
  await service.stop();
  gateway.close();
  rmSync(files, { recursive: true });
});

/** Sends raw bytes; returns everything received on the connection. */
function raw(request: string): Promise<string> {
  const socket = connect(Number(new URL(service.httpUrl).port), '127.0.0.1', () => socket.write(request));
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (bytes) => (text += bytes)).on('close', () => resolve(text));
  });
}

const get = (path: string, init: RequestInit = {}) => fetch(service.httpUrl + path, { redirect: 'manual', ...init });

test('the page has a policy that allows only its own files and realtime', async () => {
  const page = await get('/console/');
  expect(await page.text()).toContain('Halftone');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  expect(policy).toContain(
    "connect-src 'self' http://127.0.0.1:8090 ws://127.0.0.1:8090 https://live.example.com wss://live.example.com;",
  );
  expect(policy).not.toContain('unsafe');
  expect(page.headers.get('cache-control')).toBe('no-cache');
});

test('a file with a hash in its name is cached forever', async () => {
  expect((await get('/console/assets/index-abc.js')).headers.get('cache-control')).toContain('immutable');
});

test.each(['/', '/console'])('%s redirects to the page', async (path) => {
  const answer = await get(path);
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/console/']);
});

test("the page's configuration has the addresses of realtime", async () => {
  expect(await (await get('/console/config.json')).json()).toEqual({
    realtime: ['http://127.0.0.1:8090', 'https://live.example.com'],
  });
});

test('its own routes refuse an unknown query parameter; the gateway checks those of the API', async () => {
  const only = ({ path }: ServedRoute) => ['/', '/console', '/console/config.json'].includes(path);
  const { answers, expected } = await askUnknownParameter(service, { only });
  expect(expected).toHaveLength(6);
  expect(answers).toEqual(expected);
});

test.each(['/console/nothing.js', '/console/..%2f..%2fetc%2fpasswd', '/etc/passwd'])(
  '%s is not found',
  async (path) => {
    expect((await get(path)).status).toBe(404);
  },
);

test('an API request reaches the gateway unchanged, in a trace, and the answer is returned', async () => {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer a.b.c', 'idempotency-key': 'k-1' };
  const answer = await get('/v1/transfers?dry=1', { method: 'POST', headers, body: '{"amount":1}' });
  expect([answer.status, answer.headers.get('x-request'), await answer.json()]).toEqual([201, 'seen', { made: true }]);
  expect(received.at(-1)).toMatchObject({ method: 'POST', url: '/v1/transfers?dry=1', body: '{"amount":1}' });
  expect(received.at(-1)?.headers).toMatchObject({ ...headers, traceparent: expect.stringMatching(/^00-/) });
});

test('the gateway gets the address of the client, appended to the addresses that earlier proxies sent', async () => {
  await get('/v1/products');
  expect(received.at(-1)?.headers['x-forwarded-for']).toBe('127.0.0.1');
  await get('/v1/products', { headers: { 'x-forwarded-for': '198.51.100.1' } });
  expect(received.at(-1)?.headers['x-forwarded-for']).toBe('198.51.100.1, 127.0.0.1');
});

test('without a gateway the answer is a retryable problem', async () => {
  const alone = await bootService(consoleService, { CONSOLE_FILES: files, GATEWAY_URL: 'http://127.0.0.1:1' });
  const answer = await fetch(`${alone.httpUrl}/v1/products`);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'UNAVAILABLE']);
  await alone.stop();
});

test.each([
  ['/v1/..%2f..%2fetc', 'GET'],
  ['/v1/%2e%2e/x', 'GET'],
  ['/v1/%zz', 'GET'],
  ['/console/%zz', 'GET'],
  ['/console/nothing.js', 'GET'],
  ['/console/config.json', 'DELETE'],
])('an error of the console itself is a problem document: %s %s', async (path, method) => {
  const answer = await raw(`${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(answer).toContain('application/problem+json');
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toEqual(expect.objectContaining({ code: expect.any(String) }));
});

test('100-continue is answered here; hop-by-hop headers are not passed on', async () => {
  const fields =
    'content-type: application/json\r\nexpect: 100-continue\r\nte: trailers\r\nproxy-authorization: x\r\nx-mine: 1';
  const answer = await raw(
    `POST /v1/transfers HTTP/1.1\r\nhost: x\r\nconnection: close, x-mine\r\n${fields}\r\ncontent-length: 2\r\n\r\n{}`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 100 [^]*HTTP\/1\.1 201 /);
  expect(Object.keys(received.at(-1)?.headers ?? {})).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(expect|te|proxy-authorization|x-mine)$/)]),
  );
});
