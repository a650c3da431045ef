import { afterLast, before, changed, imported, json, lineAfter, lineBefore, within } from './text-edit.ts';

test('a text is put behind the last match or in front of the first', () => {
  expect(afterLast(/b/, '!')('a b a b c')).toBe('a b a b! c');
  expect(before(/b/, '!')('a b a b c')).toBe('a !b a b c');
});

test('a line is put behind the last line that matches, or in front of the first', () => {
  expect(lineAfter(/b/, 'x')('ab\nabc\nd')).toBe('ab\nabc\nx\nd');
  expect(lineBefore(/b/, 'x')('d\nab\nabc')).toBe('d\nx\nab\nabc');
});

test('an import has one more name', () => {
  expect(imported('c', './x')("import { a, b } from './x';")).toBe("import { a, b, c } from './x';");
});

test('changes stay within a part, and a document keeps what it had', () => {
  expect(within(/\[.*?\]/, before(/\]/, ', 2'))('[1] [1]')).toBe('[1, 2] [1]');
  const add = json<{ a: number; b?: number }>((document) => (document.b = 2));
  expect(JSON.parse(add('{ "a": 1 }'))).toEqual({ a: 1, b: 2 });
  expect(changed('1', [(text) => `${text}2`, (text) => `${text}3`])).toBe('123');
});

test.each([
  ['afterLast', afterLast(/z/, 'added')],
  ['before', before(/z/, 'added')],
  ['lineAfter', lineAfter(/z/, 'added')],
  ['lineBefore', lineBefore(/z/, 'added')],
  ['within', within(/z/, lineAfter(/a/, 'added'))],
])('%s says what it did not find', (_, change) => {
  expect(() => change('abc')).toThrow(/there is no .*z/);
});
