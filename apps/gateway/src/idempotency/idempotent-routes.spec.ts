import type { RunningService } from '@halftone/service';
import { bootService, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, refusal } from '../services.fake';

/** What gives credentials: nothing that could happen twice, and nothing that may be kept for a replay. */
const exempt = ['/v1/tokens', '/v1/realtime/tickets'];

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

/** From Fastify's own table: `/v1/payments/:id/refunds (GET, HEAD, POST)`. */
function postRoutes(): string[] {
  const table: string = edge.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const routes: string[] = [];
  const path: string[] = [];
  for (const line of table.split('\n')) {
    const [, indent = '', part, methods = ''] = /^([│ ]*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? [];
    if (part === undefined) continue;
    path.splice(indent.length / 4, Infinity, part);
    if (methods.split(', ').includes('POST')) routes.push(path.join(''));
  }
  return routes;
}

test('every POST needs a key, but for those that give credentials', async () => {
  const routes = postRoutes().filter((route) => !exempt.includes(route));
  expect(routes).toEqual(expect.arrayContaining(['/v1/orders', '/v1/payments', '/v1/transfers', '/v1/images']));
  const headers = {
    authorization: `Bearer ${await testToken('olga', 'operator')}`,
    'content-type': 'application/json',
  };
  for (const route of routes) {
    const path = route.replaceAll(/:\w+/g, '01920000-0000-7000-8000-000000000000');
    const answer = await fetch(edge.httpUrl + path, { method: 'POST', headers, body: '{}' });
    expect([route, ...(await refusal(answer))]).toEqual([route, 400, 'IDEMPOTENCY_KEY_MISSING']);
  }
});
