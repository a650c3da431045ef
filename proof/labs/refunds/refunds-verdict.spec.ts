import { askingsOf, complaintAbout, type Seen } from './refunds-verdict.ts';

const order = { order: 'shipped', total: 29, code: undefined } as const;
const refused: Seen = {
  ...order,
  ...{ protection: 'on', asking: 'refund', status: 409, code: 'REFUND_NEEDS_OPERATOR', back: 0, broken: [] },
};
const forNothing: Seen = {
  ...order,
  ...{ protection: 'off', asking: 'refund', status: 201, back: 29, broken: ['shipped-not-refunded', 'goods-paid-for'] },
};
const given: Seen = {
  ...order,
  ...{ protection: 'on', asking: 'refund request that is approved', status: 201, back: 29, broken: [] },
};

test.each([refused, forNothing, given])('as promised: $protection, $asking', (seen) => {
  expect(complaintAbout(seen)).toBeUndefined();
});

test.each<[string, Seen]>([
  ['goods for nothing in spite of the protection', { ...forNothing, protection: 'on' }],
  ['money that comes back though it was refused', { ...refused, back: 29 }],
  ['goods for nothing that verify does not see', { ...forNothing, broken: ['goods-paid-for'] }],
  ['goods that are given and look like a theft', { ...given, broken: ['goods-paid-for'] }],
  ['another refusal', { ...refused, code: 'FORBIDDEN' }],
  ['an order that was not shipped', { ...refused, order: 'refunded' }],
  ['a question without protection that nobody asks', { ...given, protection: 'off' }],
])('not as promised: %s', (_what, seen) => {
  expect(complaintAbout(seen)).toBeDefined();
});

test('without protection only the refund itself is asked for', () => {
  expect(askingsOf('off')).toEqual(['refund']);
  expect(askingsOf('on')).toHaveLength(3);
});
