import { afterFailure, isExhausted } from './job';

test.each([
  ['picture', 'NOT_A_PICTURE', 'the picture could not be decoded'],
  ['too-large', 'PICTURE_TOO_LARGE', 'the picture is too large to be decoded'],
] as const)('a permanent failure ends the job immediately: %s', (failure, code, reason) => {
  expect(afterFailure({ attempts: 1 }, failure)).toEqual({ then: 'give-up', code, reason });
});

test.each([
  [1, { then: 'retry', delayMs: 500 }],
  [2, { then: 'retry', delayMs: 1000 }],
  [3, { then: 'give-up', code: 'INTERNAL', reason: 'it could not be processed in 3 attempts' }],
])('after transient failure %i: %j', (attempts, expected) => {
  expect(afterFailure({ attempts }, 'transient')).toEqual(expected);
});

test.each([
  [3, false],
  [4, true],
])('a job taken %i times is exhausted: %s', (attempts, expected) => {
  expect(isExhausted({ attempts })).toBe(expected);
});
