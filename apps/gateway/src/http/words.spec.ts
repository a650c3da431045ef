import { ordersV1 } from '@halftone/contracts';
import { isoTime, present, word } from './words';

test('an enum is its lower-case name', () => {
  expect(word(ordersV1.OrderStatus, ordersV1.OrderStatus.CANCELLED)).toBe('cancelled');
});

test('a number that a newer service sent is unspecified, not an exception', () => {
  expect(word(ordersV1.OrderStatus, 99)).toBe('unspecified');
});

test('an answer without its time or message is refused', () => {
  expect(() => isoTime(undefined)).toThrow(/timestamp/);
  expect(() => present(undefined)).toThrow(/message/);
});
