import { limits } from '@halftone/contracts';
import { tooLarge } from './picture-refusal';

/** The facts in a picture's header that decide how much memory decoding takes. */
export interface PictureHeader {
  width: number;
  height: number;
  channels: number;
  /** Sample type: `uchar`, `ushort` or a larger one. */
  depth: string;
  /** Interlaced or progressive. */
  isProgressive: boolean;
  format: string;
  /** JPEG only: `4:2:0`, `4:4:4` … */
  chromaSubsampling?: string | undefined;
}

const bytesOf: Readonly<Record<string, number>> = { uchar: 1, char: 1, ushort: 2, short: 2 };

/** Samples per pixel of a JPEG: chroma may have half the rows and columns, or half the columns. */
const samplesOf: Readonly<Record<string, number>> = { '4:2:0': 1.5, '4:2:2': 2 };

/**
 * Bytes of the decoded picture. An interlaced or progressive picture is in memory as a whole; a progressive JPEG as 16-bit
 * coefficients. Other pictures are decoded in strips and need less memory than this. Only the first frame of an animation
 * is decoded.
 */
export function decodedBytes(header: PictureHeader): number {
  const { width, height, channels, depth, isProgressive, format, chromaSubsampling = '' } = header;
  const pixels = width * height;
  const plain = pixels * channels * (bytesOf[depth] ?? 8);
  if (format !== 'jpeg' || !isProgressive) return plain;
  return Math.max(plain, pixels * (samplesOf[chromaSubsampling] ?? channels) * 2);
}

/** Throws PICTURE_TOO_LARGE with the size and the limit. Needs only the header, so a decompression bomb costs nothing. */
export function assertDecodable(header: PictureHeader): void {
  const { width, height } = header;
  const { pictureMegapixels, pictureSide, pictureDecoded } = limits;
  const megapixels = (width * height) / 1e6;
  const size = `the picture has ${width} × ${height} pixels`;
  if (megapixels > pictureMegapixels.value)
    throw tooLarge(
      `${size}, that is ${megapixels.toFixed(1)} megapixels; at most ${pictureMegapixels.value} can be printed`,
    );
  if (Math.max(width, height) > pictureSide.value)
    throw tooLarge(`${size}; a side may have at most ${pictureSide.value}`);
  const megabytes = decodedBytes(header) / 1e6;
  if (megabytes * 1e6 > pictureDecoded.value)
    throw tooLarge(
      `${size} and unpacks into ${Math.ceil(megabytes)} MB; at most ${pictureDecoded.value / 1e6} can be printed. ${advice(header)}`,
    );
}

const advice = ({ isProgressive, depth }: PictureHeader) =>
  isProgressive
    ? 'Save it without interlacing'
    : depth === 'uchar'
      ? 'Save it smaller'
      : 'Save it with 8 bits a channel';
