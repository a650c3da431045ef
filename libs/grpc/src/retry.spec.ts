import { DomainError, type ErrorCode } from '@halftone/kernel';
import { pauseMs, whileUnavailable } from './retry';

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

test('an absent peer is asked until it answers', async () => {
  expect(await whileUnavailable(Date.now() + 5_000, failing(2).work)).toBe(3);
});

test('nothing is tried after the deadline', async () => {
  const { work, count } = failing(99);
  await expect(whileUnavailable(Date.now(), work)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(count()).toBe(1);
});

test('a budget that runs out while a peer is away says that it is away', async () => {
  let calls = 0;
  const work = async () => {
    calls += 1;
    throw new DomainError(calls < 3 ? 'UNAVAILABLE' : 'DEADLINE_EXCEEDED', 'no');
  };
  await expect(whileUnavailable(Date.now() + 5_000, work)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const late = failing(99, 'DEADLINE_EXCEEDED').work;
  await expect(whileUnavailable(Date.now() + 5_000, late)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

test('any other answer is an answer', async () => {
  const { work, count } = failing(99, 'INTERNAL');
  await expect(whileUnavailable(Date.now() + 5_000, work)).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(count()).toBe(1);
});
