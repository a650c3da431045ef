import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FrameListener, type FrameReader, readFrames } from './frame-reader.service';

const limits = { maxPayload: 1_000 };

/** A masked frame, as clients send it. */
function frame(opcode: number, payload: Buffer | string, { isFinal = true, isMasked = true } = {}): Buffer {
  const bytes = Buffer.from(payload as string);
  const size = bytes.length < 126 ? Buffer.of(bytes.length) : Buffer.of(126, bytes.length >> 8, bytes.length & 0xff);
  size[0] = (size[0] ?? 0) | (isMasked ? 0x80 : 0);
  const mask = Buffer.of(1, 2, 3, 4);
  const masked = bytes.map((byte, at) => byte ^ (mask[at & 3] ?? 0));
  return Buffer.concat([Buffer.of(opcode | (isFinal ? 0x80 : 0)), size, ...(isMasked ? [mask, masked] : [bytes])]);
}

const [continuation, text, binary, close, ping, pong] = [0, 1, 2, 8, 9, 10];

/** One connection: its messages, and its current reader. */
class Line implements FrameListener {
  readonly received: string[] = [];
  reader: FrameReader | undefined;

  take(bytes: Buffer): void {
    this.reader = readFrames(bytes, this, this.reader, limits);
  }

  onMessage(data: Buffer, isBinary: boolean) {
    this.received.push(`${isBinary ? 'binary' : 'text'} ${data}`);
  }

  onPing(payload: Buffer) {
    this.received.push(`ping ${payload}`);
  }

  onPong() {
    this.received.push('pong');
  }

  onCloseFrame(code: number) {
    this.received.push(`close ${code}`);
  }

  onViolation(code: number) {
    this.received.push(`violation ${code}`);
  }
}

test('a connection has no reader after a complete message', () => {
  const line = new Line();
  line.take(Buffer.concat([frame(text, 'a'), frame(binary, 'b'), frame(ping, 'c'), frame(pong, ''), frame(text, 'd')]));
  expect(line.received).toEqual(['text a', 'binary b', 'ping c', 'pong', 'text d']);
  expect(line.reader).toBeUndefined();
});

test('messages of many connections, one byte at a time, do not mix', () => {
  const lines = Array.from({ length: 100 }, () => new Line());
  const said = lines.map((_, at) =>
    Buffer.concat([frame(text, `one ${at} `, { isFinal: false }), frame(ping, `${at}`), frame(continuation, 'two')]),
  );
  for (let at = 0; at < Math.max(...said.map(({ length }) => length)); at++)
    lines.forEach((line, index) => {
      const byte = said[index]?.subarray(at, at + 1);
      if (byte?.length) line.take(byte);
    });
  for (const [at, { received, reader }] of lines.entries()) {
    expect(received).toEqual([`ping ${at}`, `text one ${at} two`]);
    expect(reader).toBeUndefined();
  }
});

test.each([
  ['an unmasked frame', frame(text, 'x', { isMasked: false }), 1002],
  ['an unknown opcode', frame(3, 'x'), 1002],
  ['a continuation without a message', frame(continuation, 'x'), 1002],
  ['text that is not UTF-8', frame(text, Buffer.of(0xc3, 0x28)), 1007],
  ['a frame beyond the limit', frame(binary, Buffer.alloc(1_001)), 1009],
  [
    'fragments beyond the limit',
    Buffer.concat([frame(binary, Buffer.alloc(600), { isFinal: false }), frame(continuation, Buffer.alloc(600))]),
    1009,
  ],
])('%s is a violation and does not affect the next connection', async (_what, bytes, code) => {
  const [bad, good] = [new Line(), new Line()];
  bad.take(bytes);
  good.take(frame(text, 'x'));
  bad.take(frame(text, 'more'));
  await nextTurn();
  expect(bad.received).toEqual([`violation ${code}`]);
  expect(good.received).toEqual(['text x']);
});

test.each([
  ['with a code', Buffer.of(0x03, 0xe8), 1000],
  ['without one', Buffer.alloc(0), 1005],
])('after a close %s no message is read', async (_what, payload, code) => {
  const line = new Line();
  line.take(Buffer.concat([frame(close, payload), frame(text, 'more')]));
  line.take(frame(text, 'more'));
  await nextTurn();
  expect(line.received).toEqual([`close ${code}`]);
});
