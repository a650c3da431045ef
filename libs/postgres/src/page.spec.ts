import { pageLimit, pageOf } from './page';

const same = (item: number) => item;

test('no limit means 20', () => expect(pageLimit(0)).toBe(20));

test.each([-1, 101, 1.5, NaN])('a limit of %p is refused', (limit) => {
  expect(() => pageLimit(limit)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
});

test('the last page has no next', () => expect(pageOf([3, 2], 2, same)).toEqual({ items: [3, 2], nextCursor: '' }));

test('an empty page has no next', () => expect(pageOf([], 2, same)).toEqual({ items: [], nextCursor: '' }));

test('the cursor is the position of the last item shown', () => {
  expect(pageOf([3, 2, 1], 2, same)).toEqual({ items: [3, 2], nextCursor: Buffer.from('2').toString('base64url') });
});
