import { ordersV1, topics } from './index';

test('a Kafka value is decoded unchanged, with exact amounts up to the largest safe integer', () => {
  const order = ordersV1.Order.fromPartial({
    id: '0199',
    customer: 'alice',
    status: ordersV1.OrderStatus.PAID,
    total: Number.MAX_SAFE_INTEGER,
    currency: 'USD',
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
    lines: [{ imageId: 'i', product: 'mug', quantity: 2, unitPrice: 1499 }],
  });
  const bytes = topics.orders.codec.encode({ order }).finish();
  expect(topics.orders.codec.decode(bytes).order).toEqual(order);
});

test('invalid bytes are rejected', () => {
  expect(() => topics.orders.codec.decode(Uint8Array.from([0x0a, 0xff, 0x01]))).toThrow();
});

test('no two topics share a name', () => {
  const names = Object.values(topics).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
