const final = 0x80;
const opcodes = { text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** A text frame for the socket. One frame is written to every connection; the sender of `ws` would frame it for each. */
export function textFrame(text: string): Buffer {
  const size = Buffer.byteLength(text);
  const frame = framed('text', size);
  frame.write(text, frame.length - size);
  return frame;
}

export const binaryFrame = (payload: Uint8Array): Buffer => filled('binary', payload);

export const pongFrame = (payload: Uint8Array): Buffer => filled('pong', payload);

/** Code 0 means a close without a code. The reason has at most 123 bytes. */
export function closeFrame(code: number, reason = ''): Buffer {
  if (code === 0) return framed('close', 0);
  return filled('close', Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]));
}

function filled(kind: keyof typeof opcodes, payload: Uint8Array): Buffer {
  const frame = framed(kind, payload.length);
  frame.set(payload, frame.length - payload.length);
  return frame;
}

export const pingFrame = framed('ping', 0);

/** An unmasked, unfragmented frame (RFC 6455 §5.2); the caller writes the payload at its end. */
function framed(kind: keyof typeof opcodes, size: number): Buffer {
  const first = final | opcodes[kind];
  if (size < 126) return headed(Buffer.of(first, size), size);
  if (size < 65_536) return headed(Buffer.of(first, 126, size >> 8, size & 0xff), size);
  const head = Buffer.of(first, 127, 0, 0, 0, 0, 0, 0, 0, 0);
  head.writeBigUInt64BE(BigInt(size), 2);
  return headed(head, size);
}

function headed(head: Buffer, size: number): Buffer {
  const frame = Buffer.allocUnsafe(head.length + size);
  frame.set(head);
  return frame;
}
