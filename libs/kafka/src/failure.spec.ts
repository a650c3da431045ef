import { DomainError } from '@halftone/kernel';
import { UndecodableError } from './event-message';
import { delayAfter, verdictOn } from './failure';

test.each([
  ['undecodable bytes are dead at once', new UndecodableError('x'), 1, 'dead'],
  ['a decision against the event is final', new DomainError('ORDER_TRANSITION_ILLEGAL', 'x'), 1, 'dead'],
  ['a part that is away is waited for', new DomainError('UNAVAILABLE', 'x'), 1, 'again'],
  ['for as long as it takes', new DomainError('UNAVAILABLE', 'x'), 1000, 'again'],
  ['an unforeseen error gets some tries', new TypeError('x'), 11, 'again'],
  ['but not for ever', new TypeError('x'), 12, 'dead'],
  ["and so does INTERNAL, which is somebody else's unforeseen error", new DomainError('INTERNAL', 'x'), 1, 'again'],
])('%s', (_, error, attempt, verdict) => {
  expect(verdictOn(error, attempt)).toBe(verdict);
});

test('the delay doubles up to five seconds', () => {
  expect([1, 2, 3, 6, 7, 50].map(delayAfter)).toEqual([100, 200, 400, 3200, 5000, 5000]);
});
