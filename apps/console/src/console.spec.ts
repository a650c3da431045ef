import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningService } from '@halftone/service';
import { bootService } from '@halftone/testing';
import { consoleService } from './console';

const files = mkdtempSync(join(tmpdir(), 'halftone-page-'));
const asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
let gateway: Server;
let service: RunningService;

beforeAll(async () => {
  mkdirSync(join(files, 'assets'));
  writeFileSync(join(files, 'index.html'), '<title>Halftone</title>');
  writeFileSync(join(files, 'assets/index-abc.js'), 'run()');
  gateway = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    response.writeHead(201, { 'content-type': 'application/json', 'x-request': 'seen' }).end('{"made":true}');
  });
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

const get = (path: string, init: RequestInit = {}) => fetch(service.httpUrl + path, { redirect: 'manual', ...init });

test('the page is served with a policy that runs its own files only and speaks to realtime only', async () => {
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

test('a file with a hash in its name is kept for ever', async () => {
  expect((await get('/console/assets/index-abc.js')).headers.get('cache-control')).toContain('immutable');
});

test.each(['/', '/console'])('%s leads to the page', async (path) => {
  const answer = await get(path);
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/console/']);
});

test('the page is told where realtime is', async () => {
  expect(await (await get('/console/config.json')).json()).toEqual({
    realtime: ['http://127.0.0.1:8090', 'https://live.example.com'],
  });
});

test.each(['/console/nothing.js', '/console/..%2f..%2fetc%2fpasswd', '/etc/passwd'])(
  '%s is not there',
  async (path) => {
    expect((await get(path)).status).toBe(404);
  },
);

test('a request to the API reaches the gateway as it was sent, in a trace, and its answer the page', async () => {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer a.b.c', 'idempotency-key': 'k-1' };
  const answer = await get('/v1/transfers?dry=1', { method: 'POST', headers, body: '{"amount":1}' });
  expect([answer.status, answer.headers.get('x-request'), await answer.json()]).toEqual([201, 'seen', { made: true }]);
  expect(asked.at(-1)).toMatchObject({ method: 'POST', url: '/v1/transfers?dry=1', body: '{"amount":1}' });
  expect(asked.at(-1)?.headers).toMatchObject({ ...headers, traceparent: expect.stringMatching(/^00-/) });
});

test('without a gateway the answer is a problem that may be tried again', async () => {
  const alone = await bootService(consoleService, { CONSOLE_FILES: files, GATEWAY_URL: 'http://127.0.0.1:1' });
  const answer = await fetch(`${alone.httpUrl}/v1/products`);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'UNAVAILABLE']);
  await alone.stop();
});
