import { kindOf, galleryNotice } from './gallery';

const time = new Date('2026-01-01T00:00:00Z');

test('an update has the count and the new total', () => {
  expect(galleryNotice('orders-paid', 3, 4, time)).toEqual({
    channel: 'gallery',
    type: 'gallery.orders-paid',
    subject: 'gallery/orders-paid',
    time,
    data: { count: 3, total: 7 },
  });
});

test.each([
  ['order.paid', 'orders-paid'],
  ['image.ready', 'photos-ready'],
  ['transfer.completed', undefined],
  ['constructor', undefined],
])('%s counts as %s', (type, kind) => {
  expect(kindOf(type)).toBe(kind);
});

test('a count of 0 is refused', () => {
  expect(() => galleryNotice('orders-paid', 0, 4, time)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
});
