import { armFailpoints, parseFailpoints } from './failpoint';
import { planted } from './planted';

const build = globalThis as { HALFTONE_TEST_BUILD?: boolean };

afterEach(() => {
  armFailpoints('');
  delete build.HALFTONE_TEST_BUILD;
});

test('a bug is active while it is armed in a test build', () => {
  build.HALFTONE_TEST_BUILD = true;
  expect(planted('idempotency.ignored')).toBe(false);
  armFailpoints('idempotency.ignored=bug');
  expect(planted('idempotency.ignored')).toBe(true);
  armFailpoints('idempotency.ignored=error');
  expect(planted('idempotency.ignored')).toBe(false);
});

test.each([false, undefined])('other builds have no bugs (%s)', (value) => {
  build.HALFTONE_TEST_BUILD = true;
  armFailpoints('idempotency.ignored=bug');
  Object.assign(build, { HALFTONE_TEST_BUILD: value });
  expect(planted('idempotency.ignored')).toBe(false);
  expect(parseFailpoints('idempotency.ignored=bug')).toBeUndefined();
});
