import { cursorOf, positionOf } from '../feed/cursor';
import { signCursorsWith } from '../feed/cursor-signature.service';
import { sseFrame } from '../wire/sse-frame';
import { holdsKey, keyedFrame, streamKeyOf, withKey } from './stream-key.service';

const key = streamKeyOf('a ticket', 'a secret');

test('a key depends on its ticket and its secret', () => {
  expect(holdsKey(withKey('cursor', key), key)).toBe(true);
  for (const other of [streamKeyOf('another', 'a secret'), streamKeyOf('a ticket', 'another'), '', key.slice(1)])
    expect(holdsKey(withKey('cursor', other), key)).toBe(false);
  expect(holdsKey('cursor', key)).toBe(false);
});

test('a keyed frame differs only in its id', () => {
  const fields = { event: 'order.paid', data: '{"text":"id: 1"}' };
  expect(keyedFrame(sseFrame({ id: 'c', ...fields }), key)).toEqual(sseFrame({ id: `c~${key}`, ...fields }));
  expect(keyedFrame(sseFrame(fields), key)).toEqual(sseFrame(fields));
  expect(keyedFrame(sseFrame({ id: 'c', ...fields }), undefined)).toEqual(sseFrame({ id: 'c', ...fields }));
});

test('an id with a key is a valid cursor', () => {
  signCursorsWith('the key of all replicas');
  const position = { seq: 7, partition: 5, offset: 11 };
  expect(positionOf('customer:alice', withKey(cursorOf('customer:alice', position), key))).toEqual(position);
});
