import { canonicalJson } from './canonical-json';

test('the order of keys does not matter, at any depth', () => {
  expect(canonicalJson({ b: [{ y: 1, x: null }], a: 'ü"' })).toBe(canonicalJson({ a: 'ü"', b: [{ x: null, y: 1 }] }));
});

test('the order of items matters', () => {
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});

test('the text is JSON of the same value', () => {
  const value = { lines: [{ quantity: 2, imageId: 'x' }], payment: 'wallet', note: null };
  expect(JSON.parse(canonicalJson(value))).toEqual(value);
});

test('an undefined field equals a missing one', () => {
  expect(canonicalJson({ a: 1, b: undefined })).toBe('{"a":1}');
});
