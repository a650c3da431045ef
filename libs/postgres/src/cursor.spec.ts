import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor';

const position = z.tuple([z.string(), z.number()]);

test('a cursor brings its position back and needs no escaping in a URL', () => {
  const cursor = encodeCursor(['2026-01-01T00:00:00Z ÿ?>', 7]);
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(decodeCursor(cursor, position)).toEqual(['2026-01-01T00:00:00Z ÿ?>', 7]);
});

test.each(['', 'x', '%%%', encodeCursor(['only one']), encodeCursor({ a: 1 }), encodeCursor(['a', 'b'])])(
  '%j is CURSOR_INVALID',
  (cursor) => {
    expect(() => decodeCursor(cursor, position)).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }));
  },
);
