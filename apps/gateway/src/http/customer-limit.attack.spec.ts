import { paymentsV1 } from '@halftone/contracts';
import type { RunningService } from '@halftone/service';
import { bootService, eventually, testToken } from '@halftone/testing';
import { uuidv7 } from '@halftone/kernel';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, shopLimits, type Stubs } from '../services.fixture';

const stubs: Stubs = {};
let services: RunningService;
let edge: RunningService;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  services = await bootService(fakeServices(stubs));
  // The first requests wait until all others are refused.
  edge = await bootService(gateway, { ...gatewayEnv(services.grpcUrl), ...shopLimits, REQUEST_BUDGET_MS: '20000' });
  for (const customer of ['alice', 'bob', 'carol', 'erin', 'frank']) tokens[customer] = await testToken(customer);
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
});

const transfer = (customer: string, { httpUrl } = edge) =>
  fetch(`${httpUrl}/v1/transfers`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokens[customer]}`,
      'content-type': 'application/json',
      'idempotency-key': uuidv7(),
    },
    body: JSON.stringify({ to: 'dave', amount: 1, currency: 'USD' }),
  });
const times = <R>(count: number, work: () => R) => Array.from({ length: count }, work);
const made = (): paymentsV1.CreateTransferResponse => ({
  transfer: paymentsV1.Transfer.fromPartial({ id: uuidv7(), createdAt: new Date() }),
  replayed: false,
});

test('of 150 concurrent transfers of one customer 20 reach the service, the rest get 429 with Retry-After; others are served', async () => {
  let reached = 0;
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  stubs.createTransfer = async () => {
    reached += 1;
    await opened;
    return made();
  };
  const attack = times(150, () => transfer('alice'));
  let refused = 0;
  for (const one of attack) void one.then(({ status }) => (refused += Number(status === 429)));
  await eventually(() => expect(refused).toBe(130));
  open();
  expect((await transfer('bob')).status).toBe(201);
  const answers = await Promise.all(attack);
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited).toHaveLength(130);
  expect(limited.every(({ headers }) => /^[1-9]\d*$/.test(headers.get('retry-after') ?? ''))).toBe(true);
  expect(await limited[0]?.json()).toMatchObject({ code: 'RATE_LIMITED' });
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
  expect(reached).toBe(21);
  expect((await transfer('alice')).status).toBe(201);
});

test('a burst allows 20 writes or 200 reads', async () => {
  stubs.createTransfer = async () => made();
  const answers: number[] = [];
  for (let batch = 0; batch < 3; batch += 1)
    answers.push(...(await Promise.all(times(20, () => transfer('erin')))).map(({ status }) => status));
  const accepted = answers.filter((status) => status === 201).length;
  // The bucket refills with 10 per second during the calls.
  expect(accepted).toBeGreaterThanOrEqual(20);
  expect(accepted).toBeLessThan(40);
  const read = () =>
    fetch(`${edge.httpUrl}/v1/nothing-here`, { headers: { authorization: `Bearer ${tokens['frank']}` } });
  const reads: number[] = [];
  for (let batch = 0; batch < 10; batch += 1)
    reads.push(...(await Promise.all(times(20, read))).map(({ status }) => status));
  expect(reads.filter((status) => status === 429)).toEqual([]);
});

test('sequential requests of a customer get a burst, then the rate; another customer is not refused', async () => {
  stubs.createTransfer = async () => made();
  const strict = await bootService(gateway, {
    ...gatewayEnv(services.grpcUrl),
    ...shopLimits,
    CUSTOMER_REQUESTS_PER_SECOND: '1',
  });
  const begun = performance.now();
  const statuses: number[] = [];
  while (statuses.length < 12) statuses.push((await transfer('carol', strict)).status);
  const refused = statuses.filter((status) => status === 429).length;
  expect(statuses.slice(0, 2)).toEqual([201, 201]);
  expect(refused).toBeGreaterThan(4);
  // Refusals are delayed, so that a loop of them costs little.
  expect(performance.now() - begun).toBeGreaterThan(refused * 240);
  expect((await transfer('bob', strict)).status).toBe(201);
  await strict.stop();
});
