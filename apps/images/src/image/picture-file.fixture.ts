import { crc32, deflateSync } from 'node:zlib';

export function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

/** A part of a file that says nothing but its name and has these bytes deflated behind it. */
export const deflated = (type: string, name: string, bytes: Uint8Array) =>
  chunk(type, Buffer.concat([Buffer.from(`${name}\0\0`, 'latin1'), bytes]));

/** Bytes that inflate into as many zeros. */
export const zeros = (length: number) => deflateSync(Buffer.alloc(length), { level: 9 });

/** A PNG with these chunks behind its head. */
export function withChunks(png: Buffer, ...chunks: Buffer[]): Buffer {
  const head = 8 + 25;
  return Buffer.concat([png.subarray(0, head), ...chunks, png.subarray(head)]);
}

/** A JPEG with these segments behind its first marker. */
export const withSegments = (jpeg: Buffer, ...segments: Buffer[]) =>
  Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);

export function segment(marker: number, data: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(2 + data.length, 2);
  return Buffer.concat([head, data]);
}
