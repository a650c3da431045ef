import type { RunningService } from '@halftone/service';
import { addressOf, bootService, routesOf, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, refusal } from '../services.fixture';

/** Routes with credentials, whose answers must not be stored. */
const exempt = ['/v1/tokens', '/v1/tokens/revocation', '/v1/realtime/tickets'];

let services: RunningService;
let edge: RunningService;

beforeAll(async () => {
  services = await bootService(fakeServices({}));
  edge = await bootService(gateway, gatewayEnv(services.grpcUrl));
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
});

test('every POST needs a key, except those with credentials', async () => {
  const routes = routesOf(edge).filter(({ method, path }) => method === 'POST' && !exempt.includes(path));
  expect(routes.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['/v1/orders', '/v1/payments', '/v1/transfers', '/v1/images']),
  );
  const authorization = `Bearer ${await testToken('olga', 'operator')}`;
  for (const route of routes) {
    const { path } = route;
    const headers = { authorization, 'content-type': path === '/v1/images' ? 'image/png' : 'application/json' };
    const answer = await fetch(edge.httpUrl + addressOf(route), { method: 'POST', headers, body: '{}' });
    expect([path, ...(await refusal(answer))]).toEqual([path, 400, 'IDEMPOTENCY_KEY_MISSING']);
  }
});
