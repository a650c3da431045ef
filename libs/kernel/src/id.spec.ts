import { isUuid, uuidv7 } from './id';

test('version and variant are those of RFC 9562', () => {
  expect(uuidv7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('the first 48 bits are the milliseconds, so later ids sort later', () => {
  const at = Date.UTC(2026, 0, 2);
  expect(parseInt(uuidv7(at).replace('-', '').slice(0, 12), 16)).toBe(at);
  expect(uuidv7(at) < uuidv7(at + 1)).toBe(true);
});

test('only lower-case UUIDs are ids', () => {
  expect(['', 'x', uuidv7().toUpperCase(), `${uuidv7()}0`].filter(isUuid)).toEqual([]);
  expect(isUuid(uuidv7())).toBe(true);
});
