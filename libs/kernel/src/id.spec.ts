import { parseId, parseIds, uuidv7 } from './id';

test('version and variant follow RFC 9562', () => {
  expect(uuidv7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('the first 48 bits are the milliseconds, so later ids sort later', () => {
  const at = Date.UTC(2026, 0, 2);
  expect(parseInt(uuidv7(at).replace('-', '').slice(0, 12), 16)).toBe(at);
  expect(uuidv7(at) < uuidv7(at + 1)).toBe(true);
});

test('an id is read in upper, lower or mixed case and becomes lower case', () => {
  const id = uuidv7();
  expect([id, id.toUpperCase(), id.slice(0, 18) + id.slice(18).toUpperCase()].map(parseId)).toEqual([id, id, id]);
});

test.each(['', 'x', `${uuidv7()}0`, uuidv7().replaceAll('-', ''), `{${uuidv7()}}`, `${uuidv7().slice(0, 35)}İ`])(
  '%j is not an id',
  (text) => expect(parseId(text)).toBeUndefined(),
);

test('parseIds keeps only valid ids', () => {
  const id = uuidv7();
  expect(parseIds(['x', id.toUpperCase()])).toEqual([id]);
});
