import type { Writable } from 'node:stream';
import * as ws from 'ws';
import { textFrame } from './websocket-frame';

/** `ws` exports it, but its types do not. */
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable };

const read = async (bytes: Buffer): Promise<string[]> => {
  const receiver = new Receiver({ isServer: false });
  const texts: string[] = [];
  receiver.on('message', (data: Buffer) => texts.push(data.toString()));
  await new Promise<void>((done, fail) => {
    receiver.on('error', fail);
    receiver.end(bytes, () => done());
  });
  return texts;
};

test.each([0, 1, 125, 126, 65_535, 65_536, 200_000])('the receiver of ws reads a frame of %i bytes', async (size) => {
  expect(await read(textFrame('x'.repeat(size)))).toEqual(['x'.repeat(size)]);
});

test('joined frames are read one by one, sizes counted in bytes and not in characters', async () => {
  const texts = ['ä'.repeat(63), '🖼', '{"type":"event"}'];
  expect(await read(Buffer.concat(texts.map(textFrame)))).toEqual(texts);
});
