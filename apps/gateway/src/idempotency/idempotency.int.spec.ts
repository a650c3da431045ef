import { setTimeout as sleep } from 'node:timers/promises';
import { paymentsV1 } from '@halftone/contracts';
import { DomainError, uuidv7 } from '@halftone/kernel';
import type { RunningService } from '@halftone/service';
import { bootService, engines, eventually, growth, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, refusal, type Stubs } from '../services.fixture';

const stubs: Stubs = {};
let services: RunningService;
let edges: RunningService[];
let calls = 0;

beforeAll(async () => {
  services = await bootService(fakeServices(stubs));
  const env = gatewayEnv(services.grpcUrl, engines().redisUrl);
  edges = await Promise.all([bootService(gateway, env), bootService(gateway, env)]);
});
afterAll(async () => {
  await Promise.all(edges.map((edge) => edge.stop()));
  await services.stop();
});
beforeEach(() => {
  calls = 0;
  stubs.createTransfer = async ({ to, amount, currency }) => {
    calls += 1;
    return {
      transfer: paymentsV1.Transfer.fromPartial({
        id: uuidv7(),
        from: 'alice',
        to,
        amount,
        currency,
        createdAt: new Date(),
      }),
      replayed: false,
    };
  };
});

const body = { to: 'bob', amount: 100, currency: 'USD' };
interface Request {
  replica?: 0 | 1;
  customer?: string;
  text?: string;
  signal?: AbortSignal;
}
async function transfer(
  key: string,
  { replica = 0, customer = 'alice', text = JSON.stringify(body), signal }: Request = {},
) {
  const headers = {
    authorization: `Bearer ${await testToken(customer)}`,
    'content-type': 'application/json',
    'idempotency-key': key,
  };
  return fetch(`${edges[replica]?.httpUrl}/v1/transfers`, {
    method: 'POST',
    headers,
    body: text,
    ...(signal && { signal }),
  });
}
/** The answer is stored after it was sent, so the replay may take a moment. */
const replayed = (key: string, request: Request = {}) =>
  eventually(async () => {
    const answer = await transfer(key, request);
    expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    return answer;
  });

test('a repeated request gets the same bytes, on any replica, without a call to the service', async () => {
  const key = uuidv7();
  const first = await transfer(key);
  const second = await replayed(key, { replica: 1 });
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
  expect(await second.text()).toBe(await first.text());
  expect(calls).toBe(1);
});

test('an equivalent body is the same request', async () => {
  const key = uuidv7();
  await transfer(key);
  await replayed(key, { text: '{ "currency": "USD", "amount": 1e2, "to": "bob" }' });
  expect(calls).toBe(1);
});

test('another body with the same key is refused; the first answer stays', async () => {
  const key = uuidv7();
  const first = await transfer(key);
  await replayed(key);
  const answer = await transfer(key, { text: JSON.stringify({ ...body, amount: 101 }) });
  expect(await refusal(answer)).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  expect(await (await replayed(key)).text()).toBe(await first.text());
  expect(calls).toBe(1);
});

const post = async (path: string, key: string, json: object) =>
  fetch(edges[0]?.httpUrl + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await testToken('alice')}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(json),
  });

describe('a refund', () => {
  const [payment, other] = [uuidv7(), uuidv7()];
  const refund = (id: string, key: string) => post(`/v1/payments/${id}/refunds`, key, { amount: 1, reason: 'torn' });

  beforeEach(() => {
    stubs.createRefund = async ({ paymentId, amount }) => {
      calls += 1;
      const made = { id: uuidv7(), paymentId, amount, currency: 'USD', createdAt: new Date() };
      return { refund: paymentsV1.Refund.fromPartial(made), replayed: false };
    };
  });

  test('of another payment is another request', async () => {
    const key = uuidv7();
    expect((await refund(payment, key)).status).toBe(201);
    expect(await refusal(await refund(other, key))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    await eventually(async () => expect((await refund(payment, key)).headers.get('idempotent-replayed')).toBe('true'));
    expect(calls).toBe(1);
  });

  test('may reuse the key of a transfer, because the route differs', async () => {
    const key = uuidv7();
    await transfer(key);
    const answer = await refund(payment, key);
    expect([answer.status, answer.headers.get('idempotent-replayed'), calls]).toEqual([201, null, 2]);
  });
});

test('an immediate repeat on another replica is replayed, not refused as running', async () => {
  const succeed = stubs.createTransfer;
  stubs.createTransfer = async (request) => {
    await sleep(5);
    if (!succeed) throw new Error('no stub');
    return succeed(request);
  };
  // On a slow machine the first request may outlast the retries of the second.
  await eventually(async () => {
    const [key, before] = [uuidv7(), calls];
    const answers = await Promise.all([transfer(key), transfer(key, { replica: 1 })]);
    expect(calls).toBe(before + 1);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  });
  if (succeed) stubs.createTransfer = succeed;
});

test('an IN_FLIGHT from the service is passed on, and does not block a later retry', async () => {
  const key = uuidv7();
  const succeed = stubs.createTransfer;
  stubs.createTransfer = async () => {
    throw new DomainError('IDEMPOTENCY_IN_FLIGHT', 'the first request with this key has not ended');
  };
  const answer = await transfer(key);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await refusal(answer)).toEqual([409, 'IDEMPOTENCY_IN_FLIGHT']);
  if (succeed) stubs.createTransfer = succeed;
  await eventually(async () => expect((await transfer(key)).status).toBe(201));
});

test('replays and refused keys are counted', async () => {
  const replays = 'idempotent_replays_total{route="POST /v1/transfers",source="redis"}';
  const counts = await growth([replays, 'idempotency_conflicts_total{reason="mismatch"}'], async () => {
    const key = uuidv7();
    await transfer(key);
    // The first answer may not be stored yet; only replays are counted.
    await replayed(key);
    await transfer(key, { text: JSON.stringify({ ...body, amount: 101 }) });
  });
  expect(counts).toEqual([1, 1]);
});

test('keys are per customer', async () => {
  const key = uuidv7();
  await transfer(key);
  const answer = await transfer(key, { customer: 'bob' });
  expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([201, null]);
});

test('while the first request runs, the second is IN_FLIGHT; a client disconnect changes nothing', async () => {
  const key = uuidv7();
  const answerOf = stubs.createTransfer;
  let release = () => undefined as void;
  const released = new Promise<void>((resolve) => (release = resolve));
  stubs.createTransfer = async (request) => {
    const answer = await answerOf?.(request);
    await released;
    if (!answer) throw new Error('no stub');
    return answer;
  };
  const client = new AbortController();
  const first = transfer(key, { signal: client.signal }).catch((error: Error) => error.name);
  await eventually(() => expect(calls).toBe(1));
  client.abort();
  expect(await first).toBe('AbortError');
  const second = await transfer(key, { replica: 1 });
  expect(second.headers.get('retry-after')).toBe('1');
  expect(await refusal(second)).toEqual([409, 'IDEMPOTENCY_IN_FLIGHT']);
  release();
  await replayed(key, { replica: 1 });
  expect(calls).toBe(1);
});

test('a failure frees the key', async () => {
  const key = uuidv7();
  const succeed = stubs.createTransfer;
  stubs.createTransfer = async () => {
    throw new DomainError('INSUFFICIENT_FUNDS', 'too little');
  };
  expect(await refusal(await transfer(key))).toEqual([422, 'INSUFFICIENT_FUNDS']);
  if (succeed) stubs.createTransfer = succeed;
  await eventually(async () => expect((await transfer(key)).status).toBe(201));
});

test('an invalid body does not use the key', async () => {
  const key = uuidv7();
  expect(await refusal(await transfer(key, { text: '{"to":"bob"}' }))).toEqual([400, 'VALIDATION_FAILED']);
  const answer = await transfer(key);
  expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([201, null]);
});

test('a ticket is issued for the caller', async () => {
  const authorization = `Bearer ${await testToken('alice')}`;
  const answer = await fetch(`${edges[0]?.httpUrl}/v1/realtime/tickets`, {
    method: 'POST',
    headers: { authorization },
  });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toEqual({ ticket: expect.stringMatching(/^[\w-]{20,}$/), expiresIn: 30 });
});
