import { isAllowedOrigin } from './origin';

const allowed = ['https://shop.example'];

test.each([
  [undefined, true],
  ['https://shop.example', true],
  ['http://realtime.example:8080', true],
  ['https://shop.example.evil.example', false],
  ['http://realtime.example', false],
  ['null', false],
])('origin %s: %s', (origin, expected) => {
  expect(isAllowedOrigin(origin, 'realtime.example:8080', allowed)).toBe(expected);
});

test('a star allows all', () => {
  expect(isAllowedOrigin('https://any.example', undefined, ['*'])).toBe(true);
});
