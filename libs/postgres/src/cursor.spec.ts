import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor';

const position = z.tuple([z.string(), z.number()]);

test('a decoded cursor is the encoded position; it needs no escaping in a URL', () => {
  const cursor = encodeCursor('things', ['2026-01-01T00:00:00Z ÿ?>', 7]);
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(decodeCursor('things', cursor, position)).toEqual(['2026-01-01T00:00:00Z ÿ?>', 7]);
});

test.each([
  '',
  'x',
  '%%%',
  encodeCursor('things', ['only one']),
  encodeCursor('things', { a: 1 }),
  encodeCursor('things', ['a', 'b']),
])('%j is CURSOR_INVALID', (cursor) => {
  expect(() => decodeCursor('things', cursor, position)).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }));
});

test.each(['others', 'things:filtered', ''])('a cursor of things is not valid for %j', (list) => {
  const cursor = encodeCursor('things', ['a', 1]);
  expect(() => decodeCursor(list, cursor, position)).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }));
});
