import { catalogue, productsWithout } from './product';

test('every product has a unique id', () => {
  expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
});

test('every price is a positive whole number of cents', () => {
  for (const { price, currency } of catalogue) {
    expect(Number.isSafeInteger(price) && price > 0).toBe(true);
    expect(currency).toBe('USD');
  }
});

test('an unavailable product is still listed, marked unavailable', () => {
  const products = productsWithout(new Set(['mug', 'no-longer-sold']));
  expect(products).toHaveLength(catalogue.length);
  expect(products.filter(({ available }) => !available).map(({ id }) => id)).toEqual(['mug']);
});
