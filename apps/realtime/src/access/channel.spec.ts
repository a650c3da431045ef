import { scopeOf } from './channel';

const alice = { customer: 'alice', role: 'customer' } as const;
const olga = { customer: 'olga', role: 'operator' } as const;

test.each([
  ['me', { channel: 'customer:alice' }],
  ['gallery', { channel: 'gallery' }],
  ['order:7', { channel: 'customer:alice', subject: 'orders/7' }],
  ['image:7', { channel: 'customer:alice', subject: 'images/7' }],
  [
    'order:01990A2B-7C3D-7E4F-8A5B-6C7D8E9F0A1B',
    { channel: 'customer:alice', subject: 'orders/01990a2b-7c3d-7e4f-8a5b-6c7d8e9f0a1b' },
  ],
  ['customer:alice', { channel: 'customer:alice' }],
])('%s means the right scope for alice', (requested, scope) => {
  expect(scopeOf(requested, alice)).toEqual(scope);
});

test("another customer's channel is for operators only", () => {
  expect(() => scopeOf('customer:bob', alice)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  expect(scopeOf('customer:bob', olga)).toEqual({ channel: 'customer:bob' });
});

test.each(['', 'Me', 'order:', 'order', 'payment:1', 'customer:a:b', 'constructor:1', 'order:a/b'])(
  '%j is not a channel',
  (requested) => {
    expect(() => scopeOf(requested, olga)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
  },
);
