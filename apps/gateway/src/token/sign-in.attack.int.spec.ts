/** Guesses spread over replicas of the gateway, which count together in Redis. */
import { randomUUID } from 'node:crypto';
import { limits } from '@halftone/contracts';
import type { RunningService } from '@halftone/service';
import { bootService, engines } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv } from '../services.fixture';
import { FakeAccounts } from './token.fixture';

const accounts = new FakeAccounts();
let services: RunningService;
let edges: RunningService[];

beforeAll(async () => {
  services = await bootService(fakeServices(accounts.stubs));
  const env = {
    ...gatewayEnv(services.grpcUrl, engines().redisUrl),
    TRUSTED_PROXIES: '127.0.0.1',
    REQUEST_BUDGET_MS: '30000',
  };
  edges = [await bootService(gateway, env), await bootService(gateway, env)];
});
afterAll(async () => {
  for (const edge of edges) await edge.stop();
  await services.stop();
});

/** The trusted proxy's header has the client address. */
const signIn = (replica: number, address: string, customer: string, password: string) =>
  fetch(`${(edges[replica] as RunningService).httpUrl}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify({ customer, password }),
  });

test('after 150 guesses over two replicas both refuse the right password, but the owner can sign in from elsewhere', async () => {
  const victim = `victim-${randomUUID()}`;
  await Promise.all(Array.from({ length: 150 }, (_, index) => signIn(index % 2, '198.51.100.1', victim, 'guess')));
  const { wrongPasswords, signInsAtOnce } = limits;
  expect(accounts.checked).toBeGreaterThanOrEqual(wrongPasswords.value);
  expect(accounts.checked).toBeLessThan(wrongPasswords.value + 2 * signInsAtOnce.value);
  for (const replica of [0, 1]) {
    const right = await signIn(replica, '198.51.100.1', victim, 'halftone');
    expect([right.status, Number(right.headers.get('retry-after')) > 10]).toEqual([429, true]);
    expect((await signIn(replica, '198.51.100.2', victim, 'halftone')).status).toBe(200);
  }
});
