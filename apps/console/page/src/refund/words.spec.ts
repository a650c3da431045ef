import { aboutOf, amountOf, money, shortId, timeOf } from './words.ts';

const id = '01931f2a-7c11-7abc-8def-0123456789ab';

test('money is formatted in major units', () => {
  expect(money(120, 'USD')).toBe('1.20 USD');
});

test('a request without an amount covers the rest', () => {
  expect(amountOf({ amount: null, currency: 'USD' })).toBe('the rest');
  expect(amountOf({ amount: 250, currency: 'EUR' })).toBe('2.50 EUR');
});

test('shortened ids of the same minute differ', () => {
  expect(shortId(id)).toBe('…456789ab');
  expect(shortId(`${id.slice(0, -1)}c`)).not.toBe(shortId(id));
});

test('a line names its order, or the payment without an order', () => {
  expect(aboutOf({ orderId: id, paymentId: 'p1' })).toBe('order …456789ab');
  expect(aboutOf({ orderId: null, paymentId: id })).toBe('payment …456789ab');
});

test("a time has the reader's format, without seconds", () => {
  expect(timeOf('2026-11-30T14:01:59.000Z', 'en-GB', 'UTC')).toBe('30 Nov 2026, 14:01');
});
