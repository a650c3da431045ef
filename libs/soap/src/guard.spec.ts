import { codeOf } from './code-of.fixture';
import { guard, limits } from './guard';

const codeFor = (text: string) => codeOf(() => guard(Buffer.from(text)));
const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
const children = (count: number) => `<a>${'<b/>'.repeat(count)}</a>`;
const attributes = (count: number) => `<a ${Array.from({ length: count }, (_, at) => `a${at}=""`).join(' ')}/>`;
const named = (length: number) => `<${'a'.repeat(length)}/>`;

describe('each limit is enforced', () => {
  test.each<[string, (size: number) => string, number]>([
    ['depth', nested, limits.depth],
    ['elements', (size) => children(size - 1), limits.elements],
    ['attributes', attributes, limits.attributes],
    ['length of a name', named, limits.nameLength],
  ])('%s', (_, build, limit) => {
    expect(codeFor(build(limit))).toBeUndefined();
    expect(codeFor(build(limit + 1))).toBe('MESSAGE_TOO_COMPLEX');
  });

  test('bytes, not characters', () => {
    const filled = (count: number) => `<a>${'€'.repeat(count)}</a>`;
    const max = Math.floor((limits.bytes - '<a></a>'.length) / 3);
    expect(codeFor(filled(max))).toBeUndefined();
    expect(codeFor(filled(max + 1))).toBe('MESSAGE_TOO_LARGE');
  });
});

test.each([
  ['a document type', '<!DOCTYPE a><a/>'],
  ['an entity', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
  ['a document type after a declaration', '<?xml version="1.0"?><!DOCTYPE a><a/>'],
  ['a comment', '<a>b<!-- c -->d</a>'],
  ['a CDATA section', '<a><![CDATA[b]]></a>'],
  ['a stylesheet', '<?xml-stylesheet href="http://x"?><a/>'],
  ['a second declaration', '<?xml version="1.0"?><?xml version="1.0"?><a/>'],
  ['an instruction in the middle', '<a><?b c?></a>'],
])('%s is forbidden', (_, text) => {
  expect(codeFor(text)).toMatch(/^MESSAGE_(MARKUP_FORBIDDEN|ENCODING_UNSUPPORTED)$/);
});

test.each([
  ['nothing', ''],
  ['words', 'hello'],
  ['an element that is not closed', '<a><b></a>'],
  ['two elements', '<a/><b/>'],
  ['an undeclared entity', '<a>&nbsp;</a>'],
  ['a duplicate attribute', '<a b="" b=""/>'],
  ['a duplicate attribute with two prefixes', '<a xmlns:p="u" xmlns:q="u" p:b="" q:b=""/>'],
  ['a prefix without a namespace', '<p:a/>'],
  ['the prefix xml for another namespace', '<a xmlns:xml="u"/>'],
  ['a null by its number', '<a>&#0;</a>'],
  ['< in an attribute', '<a b="<"/>'],
  ['the end of a CDATA section', '<a>]]></a>'],
])('%s is malformed', (_, text) => {
  expect(codeFor(text)).toBe('MESSAGE_MALFORMED');
});

test.each([
  ['a null byte', Buffer.from('<a>\0</a>')],
  ['a byte of Latin-1', Buffer.from('<a>é</a>', 'latin1')],
  ['an overlong <', Buffer.from([0xc0, 0xbc])],
  ['half of a surrogate pair', Buffer.from([0x3c, 0x61, 0x3e, 0xed, 0xa0, 0x80])],
  ['UTF-16', Buffer.from('<a/>', 'utf16le')],
  ['another encoding by name', Buffer.from('<?xml version="1.0" encoding="iso-8859-1"?><a/>')],
  ['XML 1.1', Buffer.from('<?xml version="1.1"?><a/>')],
])('%s is an unsupported encoding', (_, bytes) => {
  expect(codeOf(() => guard(bytes))).toBe('MESSAGE_ENCODING_UNSUPPORTED');
});

test.each(['', '<?xml version="1.0"?>', `<?xml version='1.0' encoding='UTF-8' standalone='no' ?>`])(
  'the default declaration %p is removed',
  (declaration) => {
    expect(guard(Buffer.from(`${declaration}<a>é</a>`))).toBe('<a>é</a>');
  },
);
