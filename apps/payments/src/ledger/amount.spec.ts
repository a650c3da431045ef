import { askedAmount, MAX_AMOUNT } from './amount';

test.each([1, MAX_AMOUNT])('%d is an amount', (amount) => expect(askedAmount(amount)).toBe(amount));

test.each([0, -1, 0.5, MAX_AMOUNT + 1, NaN])('%d is none', (amount) => {
  expect(() => askedAmount(amount)).toThrow(
    expect.objectContaining({ code: 'VALIDATION_FAILED', details: [expect.objectContaining({ path: 'amount' })] }),
  );
});
