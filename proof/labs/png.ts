/** PNG files for the labs, written by hand (W3C PNG specification, third edition). */
import { randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');

interface Picture {
  width: number;
  height: number;
  /** Bit depth, colour type, compression, filter and interlace method, as in the header. */
  kind: readonly [depth: number, colour: number, compression: number, filter: number, interlace: number];
  pixels: Buffer;
  /** Of zlib: 0 stores them as they are. */
  level: number;
}

function png({ width, height, kind, pixels, level }: Picture): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(kind, 8);
  const data = chunk('IDAT', deflateSync(pixels, { level }));
  return Buffer.concat([signature, chunk('IHDR', header), data, chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, sum]);
}

/** Noise in RGB, 8 bits each, which nothing makes smaller: about 3 × side × side bytes. */
export function noisePng(side: number): Buffer {
  const row = 1 + side * 3;
  const pixels = randomBytes(row * side);
  for (let at = 0; at < pixels.length; at += row) pixels[at] = 0;
  return png({ width: side, height: side, kind: [8, 2, 0, 0, 0], pixels, level: 0 });
}

/** Interlaced RGBA of 16 bits, all black: small on the wire, and decoded as a whole. */
export function pictureBomb(width: number, height: number): Buffer {
  // Seven passes hold all pixels once, and each of their rows a byte more.
  const pixels = Buffer.alloc(width * height * 8 + 2 * height + 8);
  return png({ width, height, kind: [16, 6, 0, 0, 1], pixels, level: 1 });
}
