import { enumOf, wordOf, wordsOf } from './enum-words';
import { ImageStatus } from './gen/halftone/images/v1/images';
import { OrderStatus } from './gen/halftone/orders/v1/orders';
import { RefundRequestStatus } from './gen/halftone/payments/v1/payments';

test.each([{ OrderStatus }, { ImageStatus }, { RefundRequestStatus }])('each word of %o leads back to it', (enums) => {
  const [names = {}] = Object.values(enums) as [Record<string, string | number>];
  const words = wordsOf(names);
  expect(words).not.toHaveLength(0);
  expect(words.map((word) => wordOf(names, enumOf(names, word) as number))).toEqual(words);
});

test('a word is the name in lower case', () => {
  expect(wordOf(OrderStatus, OrderStatus.PAYMENT_FAILED)).toBe('payment_failed');
  expect(enumOf(OrderStatus, 'payment_failed')).toBe(OrderStatus.PAYMENT_FAILED);
  expect(wordsOf(RefundRequestStatus)).toEqual(['open', 'approved', 'refused']);
});

test('UNSPECIFIED, UNRECOGNIZED and unknown numbers have no word', () => {
  expect([0, -1, 99].map((value) => wordOf(OrderStatus, value))).toEqual([undefined, undefined, undefined]);
});
