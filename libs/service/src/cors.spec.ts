import { DomainError } from '@halftone/kernel';
import { Body, Controller, Get, Header, Post } from '@nestjs/common';
import { z } from 'zod';
import { JWT_PUBLIC_KEY } from './fixture/tokens.fixture';
import { allowOrigins, originSettings } from './cors';
import { defineService } from './service-definition';
import { type RunningService, startService } from './start-service';

const page = 'https://shop.example';
const body = z.strictObject({ name: z.string() });

@Controller('things')
class ThingHttp {
  @Get()
  @Header('Vary', 'Accept')
  list() {
    return [];
  }

  @Get('full')
  full(): never {
    throw new DomainError('OVERLOADED', 'the replica is full');
  }

  @Get('broken')
  broken(): never {
    throw new TypeError('a mistake');
  }

  @Post()
  make(@Body({ schema: body }) thing: z.infer<typeof body>) {
    return thing;
  }
}

class ThingModule {}

const things = defineService({
  name: 'things',
  settings: originSettings,
  module: () => ({ module: ThingModule, controllers: [ThingHttp] }),
  start: (app, { ALLOWED_ORIGINS }) => allowOrigins(app, ALLOWED_ORIGINS),
});

let service: RunningService<typeof originSettings>;

beforeAll(async () => {
  service = await startService(things, { HTTP_PORT: '0', ALLOWED_ORIGINS: page, JWT_PUBLIC_KEY });
});
afterAll(() => service.stop());

const json = { 'content-type': 'application/json' };
const large = JSON.stringify({ name: 'x'.repeat(2_000_000) });

test.each<[string, string, RequestInit, number]>([
  ['an answer', '/things', {}, 200],
  ['HEAD', '/things', { method: 'HEAD' }, 200],
  ['a missing resource', '/nothing', {}, 404],
  ['a path that cannot be decoded', '/things/%ZZ', {}, 404],
  ['an internal error', '/things/broken', {}, 500],
  ['a full replica', '/things/full', {}, 503],
  ['a body that is not JSON', '/things', { method: 'POST', headers: json, body: '{' }, 400],
  ['an incomplete body', '/things', { method: 'POST', headers: json, body: '{}' }, 400],
  ['a body of another type', '/things', { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'a' }, 415],
  ['a body that is too large', '/things', { method: 'POST', headers: json, body: large }, 413],
])('an allowed page may read %s, and a foreign page may not', async (_, path, request, status) => {
  const ask = (origin: string) =>
    fetch(service.httpUrl + path, { ...request, headers: { ...request.headers, origin } });
  const [own, foreign] = [await ask(page), await ask('https://evil.example')];
  expect([own.status, foreign.status]).toEqual([status, status]);
  expect(own.headers.get('access-control-allow-origin')).toBe(page);
  expect(own.headers.get('access-control-expose-headers')).toContain('Retry-After');
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  for (const { headers } of [own, foreign]) expect(headers.get('vary')).toContain('Origin');
});

test('a preflight on any path lists the allowed methods and headers, to allowed pages only', async () => {
  const ask = (origin: string, path: string) =>
    fetch(service.httpUrl + path, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
  for (const path of ['/things', '/nothing']) {
    const own = await ask(page, path);
    expect(own.status).toBe(204);
    expect(own.headers.get('access-control-allow-methods')).toContain('DELETE');
    expect(own.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
    const foreign = await ask('https://evil.example', path);
    expect(foreign.headers.get('access-control-allow-methods')).toBeNull();
  }
});

test('Origin is added to an existing Vary header', async () => {
  const { headers } = await fetch(`${service.httpUrl}/things`, { headers: { origin: page } });
  expect(headers.get('vary')).toBe('Accept, Origin');
});
