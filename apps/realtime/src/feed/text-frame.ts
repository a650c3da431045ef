const finalText = 0x81;

/**
 * An unmasked, unfragmented WebSocket text frame (RFC 6455 §5.2), ready for the socket. Made once per event and written to every
 * connection; the sender of `ws` would frame it again for each.
 */
export function textFrame(text: string): Buffer {
  const size = Buffer.byteLength(text);
  const head = headOf(size);
  const frame = Buffer.allocUnsafe(head.length + size);
  frame.set(head);
  frame.write(text, head.length);
  return frame;
}

function headOf(size: number): Buffer {
  if (size < 126) return Buffer.of(finalText, size);
  if (size < 65_536) return Buffer.of(finalText, 126, size >> 8, size & 0xff);
  const head = Buffer.of(finalText, 127, 0, 0, 0, 0, 0, 0, 0, 0);
  head.writeBigUInt64BE(BigInt(size), 2);
  return head;
}
