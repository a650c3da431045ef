import { afterFailure, isExhausted } from './job';

test('bytes that are at fault end the job at once', () => {
  expect(afterFailure({ attempts: 1 }, 'picture')).toEqual({
    then: 'give-up',
    reason: 'the picture could not be decoded',
  });
});

test.each([
  [1, { then: 'retry', delayMs: 500 }],
  [2, { then: 'retry', delayMs: 1000 }],
  [3, { then: 'give-up', reason: 'it could not be processed in 3 attempts' }],
])('after attempt %i that failed otherwise: %j', (attempts, expected) => {
  expect(afterFailure({ attempts }, 'else')).toEqual(expected);
});

test.each([
  [3, false],
  [4, true],
])('a job taken %i times is exhausted: %s', (attempts, expected) => {
  expect(isExhausted({ attempts })).toBe(expected);
});
