import { ordersV1 } from '@halftone/contracts';
import { isoTime, present, word } from './words';

test('an enum becomes its lower case name', () => {
  expect(word(ordersV1.OrderStatus, ordersV1.OrderStatus.CANCELLED)).toBe('cancelled');
});

test('an unknown enum number becomes unspecified', () => {
  expect(word(ordersV1.OrderStatus, 99)).toBe('unspecified');
});

test('a missing time or message throws', () => {
  expect(() => isoTime(undefined)).toThrow(/timestamp/);
  expect(() => present(undefined)).toThrow(/message/);
});
