import { pageLimit, pageOf } from './page';

const same = (item: number) => item;

test.each([undefined, null])('a limit of %p means 20', (limit) => expect(pageLimit(limit)).toBe(20));

test('a list may choose its default limit', () => expect(pageLimit(undefined, 100)).toBe(100));

test.each([0, -1, 101, 1.5, NaN, 2 ** 31 - 1])('a limit of %p is refused', (limit) => {
  expect(() => pageLimit(limit)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
});

test('the last page has no next', () =>
  expect(pageOf('things', [3, 2], 2, same)).toEqual({ items: [3, 2], nextCursor: '' }));

test('an empty page has no next', () => expect(pageOf('things', [], 2, same)).toEqual({ items: [], nextCursor: '' }));

test('the cursor is the position of the last item shown', () => {
  expect(pageOf('things', [3, 2, 1], 2, same)).toEqual({
    items: [3, 2],
    nextCursor: Buffer.from('["things",2]').toString('base64url'),
  });
});
