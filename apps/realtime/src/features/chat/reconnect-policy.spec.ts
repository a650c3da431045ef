import { isFinal, pauseMs, spread } from './reconnect-policy';

test('the pause doubles up to two seconds, with full jitter', () => {
  expect([0, 1, 2, 5, 6, 1_000].map((failures) => pauseMs(failures, 1))).toEqual([50, 100, 200, 1_600, 2_000, 2_000]);
  expect(pauseMs(3, 0)).toBe(0);
});

test.each([
  ['FORBIDDEN', true],
  ['TOKEN_EXPIRED', true],
  ['UNAVAILABLE', false],
  ['DEADLINE_EXCEEDED', false],
  ['INTERNAL', false],
] as const)('%s is final: %s', (code, final) => {
  expect(isFinal(code)).toBe(final);
});

test('stream times are spread over their last fifth', () => {
  expect([spread(1_000, 0), spread(1_000, 0.5), spread(1_000, 1)]).toEqual([1_000, 900, 800]);
});
