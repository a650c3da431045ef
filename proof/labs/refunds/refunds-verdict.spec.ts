import { attemptsOf, complaintAbout, type Seen } from './refunds-verdict.ts';

const order = { order: 'shipped', total: 29, code: undefined } as const;
const refused: Seen = {
  ...order,
  ...{ protection: 'on', attempt: 'refund', status: 409, code: 'REFUND_NEEDS_OPERATOR', back: 0, broken: [] },
};
const forNothing: Seen = {
  ...order,
  ...{
    protection: 'off',
    attempt: 'refund',
    status: 201,
    back: 29,
    broken: ['shipped-not-refunded', 'goods-paid-for'],
  },
};
const given: Seen = {
  ...order,
  ...{ protection: 'on', attempt: 'refund request that is approved', status: 201, back: 29, broken: [] },
};

test.each([refused, forNothing, given])('as promised: $protection, $attempt', (seen) => {
  expect(complaintAbout(seen)).toBeUndefined();
});

test.each<[string, Seen, string]>([
  [
    'goods for nothing in spite of the protection',
    { ...forNothing, protection: 'on' },
    'answered 201  instead of 409 REFUND_NEEDS_OPERATOR',
  ],
  ['money that comes back though it was refused', { ...refused, back: 29 }, '29 came back, not 0'],
  [
    'goods for nothing that verify does not see',
    { ...forNothing, broken: ['goods-paid-for'] },
    'verify says that goods-paid-for is broken, not goods-paid-for, shipped-not-refunded',
  ],
  [
    'goods that are given and look like a theft',
    { ...given, broken: ['goods-paid-for'] },
    'verify says that goods-paid-for is broken, not nothing',
  ],
  ['another refusal', { ...refused, code: 'FORBIDDEN' }, 'answered 409 FORBIDDEN instead of 409 REFUND_NEEDS_OPERATOR'],
  ['an order that was not shipped', { ...refused, order: 'refunded' }, 'the order is refunded'],
  [
    'an attempt that the lab does not make without protection',
    { ...given, protection: 'off' },
    'the lab does not try this',
  ],
])('not as promised: %s', (_what, seen, complaint) => {
  expect(complaintAbout(seen)).toBe(complaint);
});

test('without protection only the refund itself is tried', () => {
  expect(attemptsOf('off')).toEqual(['refund']);
  expect(attemptsOf('on')).toHaveLength(3);
});
