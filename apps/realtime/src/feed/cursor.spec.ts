import { cursorOf, positionOf } from './cursor';
import { signCursorsWith } from './cursor-signature.service';

const [channel, key] = ['customer:alice', 'the key of all replicas'];
const position = { seq: 7, partition: 5, offset: 11 };
const refused = expect.objectContaining({ code: 'CURSOR_INVALID' });

beforeEach(() => signCursorsWith(key));

test('a cursor decodes to its position', () => {
  for (const place of [
    position,
    { seq: 0, partition: 0, offset: -1 },
    { seq: Number.MAX_SAFE_INTEGER, partition: 5, offset: Number.MAX_SAFE_INTEGER },
  ]) {
    expect(positionOf(channel, cursorOf(channel, place))).toEqual(place);
  }
});

test('it is valid in its channel only', () => {
  expect(() => positionOf('customer:bob', cursorOf(channel, position))).toThrow(refused);
});

test('it is valid with its key only', () => {
  const cursor = cursorOf(channel, position);
  signCursorsWith('the key of somebody else');
  expect(() => positionOf(channel, cursor)).toThrow(refused);
  signCursorsWith(key);
  expect(positionOf(channel, cursor)).toEqual(position);
});

test('any changed byte makes it invalid', () => {
  const bytes = Buffer.from(cursorOf(channel, position), 'base64url');
  for (const at of bytes.keys()) {
    const forged = Buffer.from(bytes);
    forged[at] = (forged[at] ?? 0) ^ 1;
    expect(() => positionOf(channel, forged.toString('base64url'))).toThrow(refused);
  }
});

const unsigned = (text: string) => Buffer.from(text).toString('base64url');

test.each([
  ['an empty text', () => ''],
  ['invalid base64url', () => '%%%'],
  ['a position without a MAC', () => unsigned('v1.7.5.11')],
  ['a MAC of zeros', () => unsigned(`${'\0'.repeat(12)}v1.7.5.11`)],
  ['a text shorter than a MAC', () => unsigned('short')],
  ['padding', () => `${cursorOf(channel, position)}=`],
  ['a blank before it', () => ` ${cursorOf(channel, position)}`],
  ['half of one', () => cursorOf(channel, position).slice(0, 20)],
  ['a megabyte', () => 'A'.repeat(1_000_000)],
])('%s is refused', (_what, cursor) => {
  expect(() => positionOf(channel, cursor())).toThrow(refused);
});
