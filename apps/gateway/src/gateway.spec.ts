import { DomainError, uuidv7 } from '@halftone/kernel';
import type { RunningService } from '@halftone/service';
import { bootService, testToken } from '@halftone/testing';
import { gateway } from './gateway';
import { fakeServices, gatewayEnv, refusal, type Stubs } from './services.fixture';

const stubs: Stubs = {};
let services: RunningService;
let edge: RunningService;
let authorization: string;

beforeAll(async () => {
  services = await bootService(fakeServices(stubs));
  edge = await bootService(gateway, { ...gatewayEnv(services.grpcUrl), REQUEST_BUDGET_MS: '300' });
  authorization = `Bearer ${await testToken('alice')}`;
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
});

const call = (method: string, path: string, json?: unknown, as = authorization) =>
  fetch(edge.httpUrl + path, {
    method,
    redirect: 'manual',
    headers: {
      authorization: as,
      'idempotency-key': uuidv7(),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
const createdAt = new Date('2026-01-01T00:00:00Z');

test('a transfer answers with sender, recipient and amount', async () => {
  stubs.createTransfer = async ({ to, amount, currency }) => ({
    transfer: { id: 't1', from: 'alice', to, amount, currency, createdAt },
    replayed: false,
  });
  const answer = await call('POST', '/v1/transfers', { to: 'bob', amount: 10_000, currency: 'USD' });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toEqual({
    id: 't1',
    from: 'alice',
    to: 'bob',
    amount: 10_000,
    currency: 'USD',
    createdAt: '2026-01-01T00:00:00.000Z',
  });
});

test.each([
  ['zero', 0],
  ['a negative amount', -1],
  ['a fraction of a cent', 0.5],
  ['an unsafe integer', 2 ** 53],
  ['text', '100'],
])('%s cannot be transferred', async (_name, amount) => {
  const answer = await call('POST', '/v1/transfers', { to: 'bob', amount, currency: 'USD' });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    code: 'VALIDATION_FAILED',
    errors: expect.arrayContaining([expect.objectContaining({ path: 'amount' })]),
  });
});

test('the catalogue is public and cacheable', async () => {
  stubs.listProducts = async () => ({
    products: [{ id: 'print-10x15', name: 'Print', price: 149, currency: 'USD', available: false }],
  });
  const answer = await fetch(`${edge.httpUrl}/v1/products`);
  expect(answer.headers.get('cache-control')).toBe('public, max-age=60');
  expect(await answer.json()).toMatchObject({ items: [{ id: 'print-10x15', price: 149, available: false }] });
  const etag = answer.headers.get('etag') ?? '';
  expect((await fetch(`${edge.httpUrl}/v1/products`, { headers: { 'if-none-match': etag } })).status).toBe(304);
});

test('availability is set per product', async () => {
  const product = { id: 'mug', name: 'Mug', price: 1499, currency: 'USD', available: false };
  const requests: unknown[] = [];
  stubs.setProductAvailability = async (request) => {
    requests.push(request);
    return { product };
  };
  const olga = `Bearer ${await testToken('olga', 'operator')}`;
  const answer = await call('PUT', '/v1/products/mug/availability', { available: false }, olga);
  expect([answer.status, await answer.json()]).toEqual([200, product]);
  expect(requests).toEqual([{ product: 'mug', available: false }]);
  expect(await (await call('PUT', '/v1/products/mug/availability', { available: 'no' }, olga)).json()).toMatchObject({
    errors: [{ path: 'available' }],
  });
});

test('a notification is the event of the feed', async () => {
  const notification = {
    id: 'n1',
    channel: 'customer:alice',
    seq: 4,
    type: 'order.paid',
    subject: 'orders/1',
    time: createdAt,
    data: '{"total":5}',
  };
  stubs.listNotifications = async () => ({ notifications: [notification], nextCursor: 'c' });
  const page = await (await call('GET', '/v1/notifications')).json();
  expect(page).toEqual({
    items: [{ ...notification, time: '2026-01-01T00:00:00.000Z', data: { total: 5 } }],
    next: 'c',
  });
});

test('clients of the live stream are redirected round robin, with their query', async () => {
  const answers = [await call('GET', '/v1/events?wait=30&ticket=a%2Bb'), await call('GET', '/v1/events')];
  expect(answers.map(({ status, headers }) => [status, headers.get('location')])).toEqual([
    [307, 'http://one.example:3005/v1/events?wait=30&ticket=a%2Bb'],
    [307, 'http://two.example:3005/v1/events'],
  ]);
});

test('a service that does not answer in time is a 504 within the budget', async () => {
  stubs.getAccount = () => new Promise(() => undefined);
  const start = Date.now();
  const answer = await call('GET', '/v1/me');
  expect(await refusal(answer)).toEqual([504, 'DEADLINE_EXCEEDED']);
  expect(Date.now() - start).toBeLessThan(5_000);
});

test('an internal error reveals no details', async () => {
  stubs.listPayments = async () => {
    throw new Error('password=hunter2 at /srv/app.js:1');
  };
  const answer = await call('GET', '/v1/payments');
  const text = await answer.text();
  expect(answer.status).toBe(500);
  expect(JSON.parse(text)).toMatchObject({ code: 'INTERNAL' });
  expect(text).not.toMatch(/hunter2|app\.js|stack/);
});

test('a bad cursor or page parameter is refused', async () => {
  stubs.listPayments = async () => {
    throw new DomainError('CURSOR_INVALID', 'not ours');
  };
  expect(await (await call('GET', '/v1/payments?cursor=x')).json()).toMatchObject({
    status: 400,
    code: 'CURSOR_INVALID',
  });
  expect(await (await call('GET', '/v1/payments?size=3')).json()).toMatchObject({ errors: [{ path: 'size' }] });
});

test('an unknown path is a problem document', async () => {
  expect(await (await call('GET', '/v1/nothing')).json()).toMatchObject({ status: 404, code: 'ROUTE_NOT_FOUND' });
});
