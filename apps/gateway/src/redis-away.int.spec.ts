import { paymentsV1 } from '@halftone/contracts';
import type { RunningService } from '@halftone/service';
import { bootService, engines, eventually, TcpProxy, testToken } from '@halftone/testing';
import { gateway } from './gateway';
import { fakeServices, gatewayEnv, type Stubs } from './services.fixture';

const stubs: Stubs = {
  createTransfer: async () => ({
    transfer: paymentsV1.Transfer.fromPartial({ id: 'one', from: 'alice', to: 'bob', createdAt: new Date() }),
    replayed: false,
  }),
};
let services: RunningService;
let edge: RunningService;
let proxy: TcpProxy;

beforeAll(async () => {
  const redis = new URL(engines().redisUrl);
  proxy = await TcpProxy.reserve(redis);
  await proxy.open();
  services = await bootService(fakeServices(stubs));
  Object.assign(redis, { port: String(proxy.port), search: '' });
  edge = await bootService(gateway, gatewayEnv(services.grpcUrl, redis.href));
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
  proxy.close();
});

async function post(path: string, body: object) {
  const began = performance.now();
  const answer = await fetch(`${edge.httpUrl}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await testToken('alice')}`,
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
    },
    body: JSON.stringify(body),
  });
  await answer.text();
  const retryAfter = answer.headers.get('retry-after');
  return { status: answer.status, retryAfter, ms: performance.now() - began };
}
const ticket = () => post('/v1/realtime/tickets', {});
const transfer = () => post('/v1/transfers', { to: 'bob', amount: 100, currency: 'USD' });

/** Without Redis, transfers succeed and tickets are refused, both quickly. */
async function assertWorksWithoutRedis(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    const [money, refused] = await Promise.all([transfer(), ticket()]);
    expect([money.status, refused.status, refused.retryAfter]).toEqual([201, 503, '1']);
    expect(money.ms).toBeLessThan(4_000);
    expect(refused.ms).toBeLessThan(4_000);
  }
  expect((await fetch(`${edge.httpUrl}/healthz/ready`)).status).toBe(200);
}

const worksAgain = () => eventually(async () => expect((await ticket()).status).toBe(201));

test('without Redis', async () => {
  expect((await ticket()).status).toBe(201);
  proxy.close();
  await assertWorksWithoutRedis();
  await proxy.open();
  await worksAgain();
});

test('with a Redis that accepts connections but never answers', async () => {
  proxy.close();
  proxy.set({ kind: 'blackhole' });
  await proxy.open();
  await new Promise((connected) => setTimeout(connected, 1_500));
  await assertWorksWithoutRedis();
  proxy.close();
  proxy.set({ kind: 'pass' });
  await proxy.open();
  await worksAgain();
});
