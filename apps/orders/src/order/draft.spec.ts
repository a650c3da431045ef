import { draftOrder } from './draft';

const imageId = '01990000-0000-7000-8000-000000000001';
const prices = [
  { id: 'print-10x15', price: 29, currency: 'USD', available: true },
  { id: 'mug', price: 1499, currency: 'USD', available: true },
  { id: 'puzzle-1000', price: 2999, currency: 'USD', available: false },
];
const line = { imageId, product: 'mug', quantity: 1 };

const refusalOf = (lines: (typeof line)[]) => {
  try {
    draftOrder(lines, prices);
  } catch (error) {
    const { code, details } = error as { code: string; details: { path: string }[] };
    return [code, details.map(({ path }) => path)];
  }
  return undefined;
};

test('prices come from the list and the total is their sum', () => {
  const draft = draftOrder([line, { imageId, product: 'print-10x15', quantity: 3 }], prices);
  expect(draft).toEqual({
    lines: [
      { imageId, product: 'mug', quantity: 1, unitPrice: 1499 },
      { imageId, product: 'print-10x15', quantity: 3, unitPrice: 29 },
    ],
    total: 1586,
    currency: 'USD',
  });
});

test('a price in the request is ignored', () => {
  const withOwnPrice = { ...line, unitPrice: 1 };
  expect(draftOrder([withOwnPrice], prices).lines[0]?.unitPrice).toBe(1499);
});

test('the error names every bad field', () => {
  const lines = [line, { ...line, quantity: 0 }, { ...line, imageId: 'x', quantity: 1001 }];
  expect(refusalOf(lines)).toEqual(['VALIDATION_FAILED', ['lines.1.quantity', 'lines.2.imageId', 'lines.2.quantity']]);
});

test('the error names an unknown product', () => {
  expect(refusalOf([line, { ...line, product: 'statue' }])).toEqual(['PRODUCT_UNKNOWN', ['lines.1.product']]);
});

test('the error names an unavailable product by its path', () => {
  expect(refusalOf([line, { ...line, product: 'puzzle-1000' }])).toEqual(['PRODUCT_UNAVAILABLE', ['lines.1.product']]);
});

test.each([0, 101])('%i lines are refused', (count) => {
  expect(refusalOf(Array.from({ length: count }, () => line))).toEqual(['VALIDATION_FAILED', ['lines']]);
});

test('100 lines of 1,000 pieces are accepted', () => {
  const lines = Array.from({ length: 100 }, () => ({ ...line, quantity: 1000 }));
  expect(draftOrder(lines, prices).total).toBe(149_900_000);
});

test('the draft has the photo id in lower case', () => {
  const id = '01990a2b-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
  expect(draftOrder([{ ...line, imageId: id.toUpperCase() }], prices).lines).toMatchObject([{ imageId: id }]);
});
