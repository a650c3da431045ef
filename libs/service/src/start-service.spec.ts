import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@halftone/kernel';
import { Body, Controller, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { accessToken, JWT_PUBLIC_KEY } from './fixture/tokens.fixture';
import { currentCall, remainingMs, requirePrincipal } from './call-context';
import { Lifecycle } from './lifecycle';
import { defineService } from './service-definition';
import { maxSockets } from './socket-limit';
import { openService, type RunningService, startService } from './start-service';
import { traceparent } from './tracing';

const body = z.strictObject({ name: z.string().min(1), lines: z.array(z.strictObject({ quantity: z.int().min(1) })) });

@Controller('things')
class ThingHttp {
  @Get('mine')
  mine() {
    return { principal: requirePrincipal(), token: currentCall()?.token !== undefined };
  }

  @Get('public')
  open() {
    return { known: currentCall()?.principal !== undefined, traceparent: traceparent(), left: remainingMs() };
  }

  @Get('broken')
  broken(): never {
    throw new TypeError('the secret of /srv/app');
  }

  @Get('slow')
  async slow() {
    await sleep(1_000);
    return {};
  }

  @Get('endless')
  endless() {
    return new Promise(() => undefined);
  }

  @Get('poor')
  poor(): never {
    throw new DomainError('INSUFFICIENT_FUNDS', 'The wallet holds 5');
  }

  @Post()
  make(@Body({ schema: body }) thing: z.infer<typeof body>) {
    return { thing, customer: requirePrincipal().customer };
  }
}

class ThingModule {
  constructor(lifecycle: Lifecycle) {
    lifecycle.onStart('connect', 'things', () => there.promise, 'check that there are things');
  }
}
Reflect.defineMetadata('design:paramtypes', [Lifecycle], ThingModule);

const things = defineService({
  name: 'things',
  settings: {},
  http: { bodyLimit: 1_000 },
  module: () => ({ module: ThingModule, controllers: [ThingHttp] }),
});

/** The part that the service waits for; available from the start except in one test. */
let there = Promise.withResolvers<void>();
there.resolve();
let service: RunningService;

const env = { HTTP_PORT: '0', LOG_LEVEL: 'silent', JWT_PUBLIC_KEY };

beforeAll(async () => {
  service = await startService(things, env);
});
afterAll(() => service.stop());

async function ask(path: string, init: RequestInit = {}) {
  const answer = await fetch(service.httpUrl + path, init);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: () => JSON.parse(text) };
}

const post = (content: string, type = 'application/json', headers: Record<string, string> = {}) =>
  ask('/things', { method: 'POST', body: content, headers: { 'content-type': type, ...headers } });

test.each([
  ['malformed JSON', () => post('{"a":'), 400, 'MALFORMED_JSON'],
  ['no body', () => post(''), 400, 'MALFORMED_JSON'],
  ['a body beyond the limit', () => post(JSON.stringify({ name: 'x'.repeat(2_000) })), 413, 'BODY_TOO_LARGE'],
  ['a foreign content type', () => post('name=x', 'application/x-www-form-urlencoded'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['plain text', () => post('name', 'text/plain'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['an unknown route', () => ask('/nothing?secret=1'), 404, 'ROUTE_NOT_FOUND'],
  ['no token', () => ask('/things/mine'), 401, 'UNAUTHENTICATED'],
  [
    'a malformed token',
    () => ask('/things/mine', { headers: { authorization: 'Bearer x.y.z' } }),
    401,
    'UNAUTHENTICATED',
  ],
  ['a domain error', () => ask('/things/poor'), 422, 'INSUFFICIENT_FUNDS'],
  ['a bug', () => ask('/things/broken'), 500, 'INTERNAL'],
])('%s is a problem document', async (_case, call, status, code) => {
  const answer = await call();
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.json()).toMatchObject({
    status,
    code,
    title: expect.any(String),
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(answer.status).toBe(status);
  expect(answer.text).not.toMatch(/secret|node_modules|\.ts:\d/);
});

test('errors of the router are problem documents too', async () => {
  const answer = await ask('/%zz');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  expect(answer.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
});

test('unknown and invalid fields are listed', async () => {
  const answer = await post(JSON.stringify({ name: '', extra: 1, lines: [{ quantity: 0, colour: 'red' }] }));
  const errors: { path: string }[] = answer.json().errors;
  expect(answer.status).toBe(400);
  expect(errors.map(({ path }) => path).sort()).toEqual(['extra', 'lines.0.colour', 'lines.0.quantity', 'name']);
});

test('the number of connections is limited, below the open-file limit of the process', () => {
  const { maxConnections } = service.app.getHttpServer();
  expect(maxConnections).toBe(maxSockets());
  expect(maxConnections).toBeGreaterThan(0);
  expect(Number.isFinite(maxConnections)).toBe(true);
});

test('the caller is still known after the body was read', async () => {
  const authorization = `Bearer ${await accessToken({})}`;
  const answer = await post(JSON.stringify({ name: 'a', lines: [] }), 'application/json', { authorization });
  expect(answer.json()).toMatchObject({ customer: 'alice', thing: { name: 'a' } });
});

test('a token is verified; an expired one and a wrong kind are rejected', async () => {
  const mine = async (token: string) =>
    (await ask('/things/mine', { headers: { authorization: `Bearer ${token}` } })).json();
  expect(await mine(await accessToken({ role: 'operator' }))).toEqual({
    principal: { customer: 'alice', role: 'operator' },
    token: true,
  });
  expect(await mine(await accessToken({}, new Date(Date.now() - 1_000)))).toMatchObject({ code: 'TOKEN_EXPIRED' });
  expect(await mine(await accessToken({ typ: 'refresh' }))).toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('a public route answers despite a bad token, in the trace and deadline of its caller', async () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const headers = {
    authorization: 'Bearer no',
    traceparent: `00-${trace}-b7ad6b7169203331-01`,
    'x-request-timeout-ms': '1500',
  };
  const answer = (await ask('/things/public', { headers })).json();
  expect(answer).toMatchObject({
    known: false,
    traceparent: expect.stringMatching(`^00-${trace}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`),
  });
  expect(answer.left).toBeLessThanOrEqual(1_500);
});

test('while a part is missing the process is started and live, but not ready', async () => {
  there = Promise.withResolvers();
  const { service: waiting, ready } = await openService(things, env);
  const probe = async (name: string) => {
    const answer = await fetch(`${waiting.httpUrl}/healthz/${name}`);
    return { code: answer.status, body: await answer.json() };
  };
  expect(await probe('startup')).toEqual({ code: 200, body: { status: 'started', pid: process.pid } });
  expect(await probe('live')).toEqual({ code: 200, body: { status: 'live', pid: process.pid } });
  expect(await probe('ready')).toEqual({
    code: 503,
    body: { status: 'starting', missing: ['things'], pid: process.pid },
  });
  there.resolve();
  await ready;
  expect(await probe('ready')).toEqual({ code: 200, body: { status: 'ready', pid: process.pid } });
  await waiting.stop();
});

test('metrics are Prometheus text, or OpenMetrics with exemplars on request', async () => {
  const plain = await ask('/metrics');
  const open = await ask('/metrics', { headers: { accept: 'application/openmetrics-text; version=1.0.0' } });
  const again = await ask('/metrics');
  expect(plain.headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/);
  expect(plain.text).toContain('http_server_duration_seconds_count{route="/things/mine",method="GET",status="401"}');
  expect(open.text).toMatch(/# \{trace_id="[0-9a-f]{32}"\}/);
  expect(open.text.endsWith('# EOF\n')).toBe(true);
  expect(again.text).toContain('process_cpu_seconds_total ');
  expect(again.text).toContain('build_info{version="dev",service="things"} 1');
});

/** Across all services in this process. */
const inFlight = async () => /^http_requests_in_flight (\d+)$/m.exec((await ask('/metrics')).text)?.[1];
const until = async (count: string) => {
  while ((await inFlight()) !== count) await sleep(5);
};

test('a request counts as in flight until it is answered or its client hangs up', async () => {
  const client = new AbortController();
  const endless = ask('/things/endless', { signal: client.signal }).catch(() => 'hung up');
  await until('1');
  client.abort();
  expect(await endless).toBe('hung up');
  await until('0');
});

test('a port in use is one clear error', async () => {
  const taken = new URL(service.httpUrl).port;
  await expect(startService(things, { ...env, HTTP_PORT: taken })).rejects.toThrow(/^HTTP cannot listen at 127.0.0.1:/);
});

test('a stop finishes the request in flight and accepts no new one', async () => {
  const other = await startService(things, env);
  const slow = fetch(`${other.httpUrl}/things/slow`);
  await until('1');
  const stopped = other.stop();
  const answer = await slow;
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
  await stopped;
  await expect(fetch(`${other.httpUrl}/things/public`)).rejects.toThrow();
});

test('a stop does not wait for idle connections, nor longer than the grace period', async () => {
  const other = await startService(things, { ...env, SHUTDOWN_GRACE_MS: '100' });
  await (await fetch(`${other.httpUrl}/things/public`)).text();
  const slow = fetch(`${other.httpUrl}/things/endless`).catch(() => 'cut');
  await sleep(20);
  const before = performance.now();
  await other.stop();
  expect(performance.now() - before).toBeLessThan(5_000);
  expect(await slow).toBe('cut');
});

test('a problem reported by `check` prevents the start', async () => {
  const picky = { ...things, check: () => [{ path: 'LEFT', message: 'does not go with RIGHT' }] };
  await expect(startService(picky, env)).rejects.toMatchObject({
    name: 'ConfigInvalid',
    problems: [{ path: 'LEFT', message: 'does not go with RIGHT' }],
  });
});
