import { DomainError } from '@halftone/kernel';
import { UndecodableError } from './event-message';
import { actionOnFailure, actionOnParkedFailure, delayAfter, reasonOf } from './failure';

const unavailable = new DomainError('UNAVAILABLE', 'x');
const slow = new DomainError('DEADLINE_EXCEEDED', 'x');
const undecodable = new UndecodableError('the value does not decode', { cause: new RangeError('index out of range') });
const refused = new DomainError('ORDER_TRANSITION_ILLEGAL', 'x');
const bug = new TypeError('x');
const internal = new DomainError('INTERNAL', 'x');

test.each([
  ['undecodable bytes are dead-lettered immediately', undecodable, 1, 'dead-letter'],
  ['a permanent error is dead-lettered immediately', refused, 1, 'dead-letter'],
  ['a transient error is retried in place', unavailable, 1, 'retry'],
  ['a transient error is parked after five attempts', unavailable, 5, 'park'],
  ['a timeout is parked immediately', slow, 1, 'park'],
  ['an unexpected error is parked immediately', bug, 1, 'park'],
  ['INTERNAL, an unexpected error of another service, is parked immediately', internal, 1, 'park'],
])('%s', (_, error, attempt, action) => {
  expect(actionOnFailure(error, attempt)).toBe(action);
});

test.each([
  ['a transient error is retried without a limit', unavailable, 1000, 'retry'],
  ['a timeout is retried without a limit', slow, 1000, 'retry'],
  ['an unexpected error is retried', bug, 11, 'retry'],
  ['an unexpected error is dead-lettered after 12 attempts', bug, 12, 'dead-letter'],
  ['a permanent error is dead-lettered', refused, 2, 'dead-letter'],
  ['undecodable bytes are dead-lettered', undecodable, 1, 'dead-letter'],
])('parked: %s', (_, error, attempt, action) => {
  expect(actionOnParkedFailure(error, attempt)).toBe(action);
});

test('the delay doubles up to five seconds', () => {
  expect([1, 2, 3, 6, 7, 50, 5000].map(delayAfter)).toEqual([100, 200, 400, 3200, 5000, 5000, 5000]);
});

test('a reason is an error code or the name of the error, and fits into a text column', () => {
  expect(reasonOf(refused)).toEqual({ reason: 'ORDER_TRANSITION_ILLEGAL', text: 'x' });
  expect(reasonOf(undecodable)).toEqual({
    reason: 'UndecodableError',
    text: 'the value does not decode: index out of range',
  });
  expect(reasonOf(new TypeError('a\0b')).text).toBe('a\u{fffd}b');
  expect(reasonOf('thrown')).toEqual({ reason: 'Unknown', text: 'thrown' });
});
