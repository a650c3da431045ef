import { catalogue, productsWithout } from './product';

test('every product has an id of its own', () => {
  expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
});

test('every price is a positive whole number of cents', () => {
  for (const { price, currency } of catalogue) {
    expect(Number.isSafeInteger(price) && price > 0).toBe(true);
    expect(currency).toBe('USD');
  }
});

test('what cannot be made is on the list all the same, and says so', () => {
  const products = productsWithout(new Set(['mug', 'no-longer-sold']));
  expect(products).toHaveLength(catalogue.length);
  expect(products.filter(({ available }) => !available).map(({ id }) => id)).toEqual(['mug']);
});
