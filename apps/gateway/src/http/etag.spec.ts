import { etagOf, matches } from './etag';

const current = etagOf(3);

test.each([
  ['the same tag', '"3"', true],
  ['a weak form of it', 'W/"3"', true],
  ['one of a list', '"1", "3"', true],
  ['anything', '*', true],
  ['an older version', '"2"', false],
  ['a tag without quotes', '3', false],
  ['no header', undefined, false],
])('%s', (_name, header, expected) => {
  expect(matches(header, current)).toBe(expected);
});
