import { scopeOf } from './channel';

const alice = { customer: 'alice', role: 'customer' } as const;
const olga = { customer: 'olga', role: 'operator' } as const;

test.each([
  ['me', { channel: 'customer:alice' }],
  ['gallery', { channel: 'gallery' }],
  ['order:7', { channel: 'customer:alice', subject: 'orders/7' }],
  ['image:7', { channel: 'customer:alice', subject: 'images/7' }],
  ['customer:alice', { channel: 'customer:alice' }],
])('%s of alice', (requested, scope) => {
  expect(scopeOf(requested, alice)).toEqual(scope);
});

test('another customer is for operators only', () => {
  expect(() => scopeOf('customer:bob', alice)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  expect(scopeOf('customer:bob', olga)).toEqual({ channel: 'customer:bob' });
});

test.each(['', 'Me', 'order:', 'order', 'payment:1', 'customer:a:b', 'constructor:1', 'order:a/b'])(
  '%j is no channel',
  (requested) => {
    expect(() => scopeOf(requested, olga)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
  },
);
