import { randomUUID } from 'node:crypto';
import { limits } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import type { RunningService } from '@halftone/service';
import { bootService, growth, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, refusal, type Stubs } from '../services.fixture';

const customers = new Set(['alice', 'bob']);
const createdAt = new Date('2026-01-01T00:00:00Z');
const stubs: Stubs = {
  createTransfer: async ({ to, amount, currency }) => {
    if (!customers.has(to)) throw new DomainError('RECIPIENT_UNKNOWN', 'no such recipient');
    return { transfer: { id: 't1', from: 'alice', to, amount, currency, createdAt }, replayed: false };
  },
};
let services: RunningService;
let edge: RunningService;

beforeAll(async () => {
  services = await bootService(fakeServices(stubs));
  // Without Redis the process counts alone.
  edge = await bootService(gateway, gatewayEnv(services.grpcUrl));
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
});

const post = async (customer: string, path: string, body: object) =>
  fetch(edge.httpUrl + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await testToken(customer)}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify(body),
  });
const pay = (customer: string, to: string) => post(customer, '/v1/transfers', { to, amount: 1, currency: 'USD' });

test('a customer can test ten unknown recipients a minute, and nobody else is refused', async () => {
  const { value: free } = limits.unknownRecipients;
  const guess = async (one: number) => (await pay('alice', `guess-${one}`)).status;
  const statuses: number[] = [];
  const series = ['unknown_recipients_total', 'customer_window_refusals_total{what="unknown_recipients"}'];
  const grown = await growth(series, async () => {
    for (let one = 0; one < free + 5; one += 1) statuses.push(await guess(one));
  });
  expect(statuses).toEqual([...Array.from({ length: free }, () => 422), 429, 429, 429, 429, 429]);
  expect(grown).toEqual([free + 1, 5]);
  // From now on a known recipient is refused as well, so it reveals nothing.
  const answer = await pay('alice', 'bob');
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(await refusal(answer)).toEqual([429, 'RATE_LIMITED']);
  expect((await pay('bob', 'alice')).status).toBe(201);
});

test('transfers to known recipients are not counted', async () => {
  const { value: free } = limits.unknownRecipients;
  for (let one = 0; one < 3 * free; one += 1) expect((await pay('carol', 'bob')).status).toBe(201);
});
