import { DomainError } from '@halftone/kernel';
import { Complaint, reasonOf } from './complaint';

test('a reason is told when it is new, and again after 30 s', () => {
  const complaint = new Complaint();
  const told = [
    ['refused', 0],
    ['refused', 2_000],
    ['wrong password', 4_000],
    ['refused', 5_000],
    ['refused', 29_999],
    ['refused', 30_000],
  ] as const;
  expect(told.map(([reason, at]) => complaint.isDue(reason, at))).toEqual([true, false, true, false, false, true]);
  expect([complaint.wasMade, new Complaint().wasMade]).toEqual([true, false]);
});

test.each([
  ['its own words', new Error('refused'), 'refused'],
  ['the first of many', new AggregateError([new Error('refused ::1'), new Error('refused 127.0.0.1')]), 'refused ::1'],
  ['a code, when there are no words', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [
    'what the driver said, not what callers are told',
    new DomainError('UNAVAILABLE', 'the database is away', [], { cause: new Error('wrong password') }),
    'wrong password',
  ],
  ['what is no error', 'no', 'no'],
])('the reason is %s', (_case, error, reason) => expect(reasonOf(error)).toBe(reason));
