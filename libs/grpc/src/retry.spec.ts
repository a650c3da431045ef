import * as contracts from '@halftone/contracts';
import { DomainError, type ErrorCode } from '@halftone/kernel';
import { pauseMs, retryWhileUnavailable } from './retry';
import type { ServiceShape } from './service-shape';

const failing = (times: number, code: ErrorCode = 'UNAVAILABLE') => {
  let calls = 0;
  const work = async () => {
    calls += 1;
    if (calls <= times) throw new DomainError(code, 'no');
    return calls;
  };
  return { work, count: () => calls };
};

test('pauses grow to a limit, with full jitter', () => {
  expect([0, 1, 2, 3, 4, 9].map((attempt) => pauseMs(attempt, 1))).toEqual([25, 50, 100, 200, 400, 400]);
  expect(pauseMs(3, 0)).toBe(0);
});

test('an unavailable peer is retried until it answers', async () => {
  expect(await retryWhileUnavailable(Date.now() + 5_000, failing(2).work)).toBe(3);
});

test('nothing is retried after the deadline', async () => {
  const { work, count } = failing(99);
  await expect(retryWhileUnavailable(Date.now(), work)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(count()).toBe(1);
});

test('a deadline that passes while a peer is unavailable gives UNAVAILABLE', async () => {
  let calls = 0;
  const work = async () => {
    calls += 1;
    throw new DomainError(calls < 3 ? 'UNAVAILABLE' : 'DEADLINE_EXCEEDED', 'no');
  };
  await expect(retryWhileUnavailable(Date.now() + 5_000, work)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const late = failing(99, 'DEADLINE_EXCEEDED').work;
  await expect(retryWhileUnavailable(Date.now() + 5_000, late)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

test('any other error is not retried', async () => {
  const { work, count } = failing(99, 'INTERNAL');
  await expect(retryWhileUnavailable(Date.now() + 5_000, work)).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(count()).toBe(1);
});

/** Idempotent writes; a second sign-in leaves a token family that nobody uses. */
const idempotentWrites = new Set([
  'ApproveRefund',
  'CancelImage',
  'CancelOrder',
  'RefuseRefund',
  'RevokeTokenFamily',
  'SetProductAvailability',
  'SignIn',
]);
const reads = /^(Get|List|Filter|Verify)/;

const unaryCalls = Object.values(contracts)
  .flatMap((domain) => Object.entries(domain))
  .filter(([name]) => name.endsWith('ServiceService'))
  .flatMap(([, service]) => Object.values(service as ServiceShape))
  .filter(({ requestStream, responseStream }) => !requestStream && !responseStream)
  .map((method) => ({
    name: method.path.split('/').at(-1) ?? '',
    request: method.requestDeserialize(Buffer.alloc(0)),
  }));

test('the calls of every service are covered', () => expect(unaryCalls.length).toBeGreaterThan(15));

test.each(unaryCalls)('$name may be retried: it reads, is idempotent or has a key', ({ name, request }) => {
  const keyed = 'idempotencyKey' in (request as object);
  expect(keyed || reads.test(name) || idempotentWrites.has(name)).toBe(true);
});
