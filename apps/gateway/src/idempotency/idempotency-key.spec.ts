import { parseIdempotencyKey } from './idempotency-key';

test.each([
  ['bare', 'a1b2', 'a1b2'],
  ['quoted', '"a1b2"', 'a1b2'],
  ['escaped', String.raw`"a\"b\\c"`, String.raw`a"b\c`],
  ['surrounded by spaces', ' a1b2 ', 'a1b2'],
  ['255 characters', 'k'.repeat(255), 'k'.repeat(255)],
])('%s', (_name, header, key) => {
  expect(parseIdempotencyKey(header)).toBe(key);
});

test.each([[undefined], ['']])('%p is missing', (header) => {
  expect(() => parseIdempotencyKey(header)).toThrow(expect.objectContaining({ code: 'IDEMPOTENCY_KEY_MISSING' }));
});

test.each([
  ['256 characters', 'k'.repeat(256)],
  ['two values', 'a, b'],
  ['a list', ['a', 'b']],
  ['not ASCII', 'schlüssel'],
  ['an open quote', '"a'],
  ['an empty string', '""'],
  ['a bad escape', String.raw`"a\n"`],
  ['a space inside', '"a b"'],
  ['only spaces', '  '],
])('%s is malformed', (_name, header) => {
  expect(() => parseIdempotencyKey(header)).toThrow(expect.objectContaining({ code: 'IDEMPOTENCY_KEY_MALFORMED' }));
});
