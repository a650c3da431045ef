import { DomainError } from '@halftone/kernel';
import { UndecodableError } from './event-message';
import { delayAfter, reasonOf, verdictOn, verdictOnParked } from './failure';

const away = new DomainError('UNAVAILABLE', 'x');
const slow = new DomainError('DEADLINE_EXCEEDED', 'x');
const undecodable = new UndecodableError('the value does not decode', { cause: new RangeError('index out of range') });
const refused = new DomainError('ORDER_TRANSITION_ILLEGAL', 'x');
const bug = new TypeError('x');
const internal = new DomainError('INTERNAL', 'x');

test.each([
  ['undecodable bytes are dead at once', undecodable, 1, 'dead'],
  ['a decision against the event is final', refused, 1, 'dead'],
  ['a part that is away is waited for', away, 1, 'again'],
  ['until others have waited long enough', away, 5, 'park'],
  ['what took all its time makes nobody wait again', slow, 1, 'park'],
  ['nor does an unforeseen error', bug, 1, 'park'],
  ["or INTERNAL, which is somebody else's unforeseen error", internal, 1, 'park'],
])('%s', (_, error, attempt, verdict) => {
  expect(verdictOn(error, attempt)).toBe(verdict);
});

test.each([
  ['a parked event is tried for as long as a part is away', away, 1000, 'again'],
  ['or slow', slow, 1000, 'again'],
  ['an unforeseen error gets some tries', bug, 11, 'again'],
  ['but not for ever', bug, 12, 'dead'],
  ['a decision against it is final here too', refused, 2, 'dead'],
  ['and what does not decode', undecodable, 1, 'dead'],
])('parked: %s', (_, error, attempt, verdict) => {
  expect(verdictOnParked(error, attempt)).toBe(verdict);
});

test('the delay doubles up to five seconds', () => {
  expect([1, 2, 3, 6, 7, 50, 5000].map(delayAfter)).toEqual([100, 200, 400, 3200, 5000, 5000, 5000]);
});

test('a reason is a stable code or the name of the error, and can be written to a row', () => {
  expect(reasonOf(refused)).toEqual({ reason: 'ORDER_TRANSITION_ILLEGAL', text: 'x' });
  expect(reasonOf(undecodable)).toEqual({
    reason: 'UndecodableError',
    text: 'the value does not decode: index out of range',
  });
  expect(reasonOf(new TypeError('a\0b')).text).toBe('a\u{fffd}b');
  expect(reasonOf('thrown')).toEqual({ reason: 'Unknown', text: 'thrown' });
});
