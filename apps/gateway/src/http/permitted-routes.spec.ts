import { endpointsOf } from '@halftone/kernel';
import type { RunningService } from '@halftone/service';
import { addressOf, bootService, routesOf, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, refusal } from '../services.fixture';

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

/** The gateway's routes in the table; those of other processes have a name before the path. */
const listed = () => endpointsOf('REST').filter((place) => /^REST \w+ \//.test(place));

const served = () => [
  ...new Set(
    routesOf(edge)
      .filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS')
      .map(({ method, path }) => `REST ${method} ${path}`),
  ),
];

test('the routes and the rows of the permission table are the same', () => {
  expect(served().toSorted()).toEqual(listed().toSorted());
});

test('an operator command is refused to a customer before its path or body is checked', async () => {
  const authorization = `Bearer ${await testToken('alice')}`;
  for (const path of ['/v1/refund-requests/42/answer', '/v1/products/mug/availability']) {
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(edge.httpUrl + path, { method: 'PUT', headers, body: '{}' });
    expect(await refusal(answer)).toEqual([403, 'FORBIDDEN']);
  }
});

test('signed-out requests are refused as the table says', async () => {
  const open = [
    'REST GET /v1/products',
    'REST GET /v1/events',
    'REST POST /v1/tokens',
    'REST POST /v1/tokens/revocation',
  ];
  for (const place of served().filter((one) => !open.includes(one))) {
    const [, method = '', path = ''] = place.split(' ');
    const answer = await fetch(edge.httpUrl + addressOf({ method, path }), { method });
    expect([place, ...(await refusal(answer))]).toEqual([place, 401, 'UNAUTHENTICATED']);
  }
});
