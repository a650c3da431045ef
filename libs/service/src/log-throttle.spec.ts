import { DomainError } from '@halftone/kernel';
import { LogThrottle, reasonOf } from './log-throttle';

test('a reason is logged when it is new, and again after 30 s', () => {
  const throttle = new LogThrottle();
  const reasons = [
    ['refused', 0],
    ['refused', 2_000],
    ['wrong password', 4_000],
    ['refused', 5_000],
    ['refused', 29_999],
    ['refused', 30_000],
  ] as const;
  expect(reasons.map(([reason, at]) => throttle.isDue(reason, at))).toEqual([true, false, true, false, false, true]);
  expect([throttle.hasLogged, new LogThrottle().hasLogged]).toEqual([true, false]);
});

test('distinct reasons are all logged, and only a hundred are kept', () => {
  const throttle = new LogThrottle();
  for (let count = 0; count < 10_000; count += 1) expect(throttle.isDue(`port ${count}`, count)).toBe(true);
  expect(throttle.size).toBe(100);
  expect([throttle.isDue('port 9999', 10_000), throttle.isDue('port 0', 10_000)]).toEqual([false, true]);
});

test('a reason that is logged again becomes the latest', () => {
  const throttle = new LogThrottle();
  throttle.isDue('lasts', 0);
  for (let count = 0; count < 99; count += 1) throttle.isDue(`port ${count}`, 1);
  throttle.isDue('lasts', 30_000);
  throttle.isDue('one more', 30_000);
  expect(throttle.isDue('lasts', 30_001)).toBe(false);
});

test.each([
  ['its own message', new Error('refused'), 'refused'],
  ['the first of many', new AggregateError([new Error('refused ::1'), new Error('refused 127.0.0.1')]), 'refused ::1'],
  ['a code, when there is no message', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [
    'the message of the driver, not the one for callers',
    new DomainError('UNAVAILABLE', 'the database is unreachable', [], { cause: new Error('wrong password') }),
    'wrong password',
  ],
  ['the text of a value that is not an error', 'no', 'no'],
])('the reason is %s', (_case, error, reason) => expect(reasonOf(error)).toBe(reason));
