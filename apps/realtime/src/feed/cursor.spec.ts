import { cursorOf, positionOf } from './cursor';

test('a cursor leads back to its position', () => {
  for (const position of [
    { seq: 0, partition: 0, offset: -1 },
    { seq: 7, partition: 5, offset: 0 },
    { seq: Number.MAX_SAFE_INTEGER, partition: 5, offset: Number.MAX_SAFE_INTEGER },
  ]) {
    expect(positionOf(cursorOf(position))).toEqual(position);
  }
});

const encoded = (text: string) => Buffer.from(text).toString('base64url');

test.each([
  '',
  'garbage',
  encoded('v2.1.1.1'),
  encoded('v1.1.1'),
  encoded('v1.1.1.1.1'),
  encoded('v1.-1.1.1'),
  encoded('v1.1.1.-2'),
  encoded('v1.01.1.1'),
  encoded('v1.9999999999999999.1.1'),
  `${encoded('v1.1.1.1')}=`,
  ` ${encoded('v1.1.1.1')}`,
])('%j is refused', (cursor) => {
  expect(() => positionOf(cursor)).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }));
});
