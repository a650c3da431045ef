import { limits } from '@halftone/contracts';
import type { RunningService } from '@halftone/service';
import { bootService, engines, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv } from '../services.fixture';

let services: RunningService;
let edges: RunningService[];

beforeAll(async () => {
  services = await bootService(fakeServices({}));
  const env = gatewayEnv(services.grpcUrl, engines().redisUrl);
  edges = [await bootService(gateway, env), await bootService(gateway, env)];
});
afterAll(async () => {
  for (const edge of edges) await edge.stop();
  await services.stop();
});

async function ticket(customer: string, one: number): Promise<Response> {
  const headers = { authorization: `Bearer ${await testToken(customer)}` };
  return fetch(`${edges[one % edges.length]?.httpUrl}/v1/realtime/tickets`, { method: 'POST', headers });
}

test('tickets are limited per customer and minute over all replicas; another customer is not affected', async () => {
  const [greedy, other] = [`greedy-${Date.now()}`, `other-${Date.now()}`];
  const { value: most } = limits.ticketsOfCustomer;
  const counts: Record<number, number> = {};
  const ask = async (one: number) => {
    const answer = await ticket(greedy, one);
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  };
  for (let one = 0; one < most + 40; one += 20)
    await Promise.all(Array.from({ length: 20 }, (_, index) => ask(one + index)));
  expect(counts).toEqual({ 201: most, 429: 40 });
  expect((await ticket(other, 0)).status).toBe(201);
});
