import { longestExif, orientationOf } from './picture-exif';
import { countParts, type Part, type PictureFile } from './picture-part';
import { notAPicture } from './picture-refusal';

/** Chunks that the decoder gets, each once: of an animation, the first frame. */
const needed = new Set(['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP', 'EXIF']);

/** What VP8X says about the other chunks (WebP container, 2.7). */
const flags = { profile: 0x20, alpha: 0x10, exif: 0x08, animation: 0x02 } as const;

/** Reads the list of chunks; `undefined` for what is no WebP. */
export function readWebp(file: Buffer): PictureFile | undefined {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WEBP') return undefined;
  const kept = new Map<string, Part>();
  for (const part of countParts(chunksOf(file))) {
    if (!needed.has(part.kind) || kept.has(part.kind)) continue;
    if (part.kind === 'EXIF' && part.data.length > longestExif) continue;
    kept.set(part.kind, part);
  }
  const exif = kept.get('EXIF');
  return {
    head: headOf(kept),
    orientation: exif ? orientationOf(exif.data) : 1,
    pieces: piecesOf([...kept.values()], kept),
  };
}

function* chunksOf(file: Buffer): Generator<Part> {
  for (let at = 12; at + 8 <= file.length;) {
    const data = at + 8;
    const length = file.readUInt32LE(at + 4);
    const end = data + length + (length % 2);
    yield {
      kind: file.toString('latin1', at, at + 4),
      bytes: file.subarray(at, end),
      data: file.subarray(data, data + length),
    };
    at = end;
  }
}

function headOf(kept: ReadonlyMap<string, Part>): PictureFile['head'] {
  const { width, height, alpha } = sizeOf(kept);
  return { format: 'webp', width, height, channels: alpha ? 4 : 3, depth: 'uchar', isProgressive: false };
}

/** That of the canvas, or of the only frame (RFC 9649, 2.5 to 2.7). */
function sizeOf(kept: ReadonlyMap<string, Part>): { width: number; height: number; alpha: boolean } {
  const [canvas, lossy, lossless] = ['VP8X', 'VP8 ', 'VP8L'].map((kind) => kept.get(kind)?.data);
  if (canvas) {
    const alpha = (canvas.readUInt8(0) & flags.alpha) !== 0;
    if (!lossy && !lossless && !kept.has('ANMF')) throw notAPicture();
    return { width: canvas.readUIntLE(4, 3) + 1, height: canvas.readUIntLE(7, 3) + 1, alpha };
  }
  if (lossless) {
    const bits = lossless.readUInt32LE(1);
    return { width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1, alpha: ((bits >>> 28) & 1) === 1 };
  }
  if (!lossy) throw notAPicture();
  return { width: lossy.readUInt16LE(6) & 0x3f_ff, height: lossy.readUInt16LE(8) & 0x3f_ff, alpha: false };
}

/** The file's length and its flags say what is kept. */
function piecesOf(parts: readonly Part[], kept: ReadonlyMap<string, Part>): Uint8Array[] {
  const bodies = parts.map(({ kind, bytes }) => (kind === 'VP8X' ? withFlags(bytes, kept) : bytes));
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  riff.writeUInt32LE(4 + bodies.reduce((sum, { length }) => sum + length, 0), 4);
  return [riff, ...bodies];
}

function withFlags(canvas: Buffer, kept: ReadonlyMap<string, Part>): Buffer {
  const copy = Buffer.from(canvas);
  const absent = (kept.has('ICCP') ? 0 : flags.profile) | (kept.has('EXIF') ? 0 : flags.exif);
  const known = flags.profile | flags.alpha | flags.exif | flags.animation;
  copy[8] = (copy[8] ?? 0) & known & ~absent;
  return copy;
}
