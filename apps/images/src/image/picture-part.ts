import { limits } from '@halftone/contracts';
import { tooLarge } from './picture-refusal';
import type { PictureHeader } from './picture-size';

/** A picture's file, read by its structure alone. */
export interface PictureFile {
  /** With the size of the pixels as they are stored. */
  head: PictureHeader;
  /** Of the pixels as they are stored, 1 to 8 (Exif 2.32, tag 274). */
  orientation: number;
  /**
   * The parts that the decoder needs, in order: no texts, previews or later frames, which might unpack. Views of the file's bytes, so
   * they cost no memory.
   */
  pieces: readonly Uint8Array[];
  /** The piece that the decoder inflates as a whole, with its deflated bytes. */
  deflated?: { piece: Uint8Array; bytes: Uint8Array };
}

/** A segment of a JPEG or a chunk of a PNG or WebP. */
export interface Part {
  kind: string;
  /** The part as a whole. */
  bytes: Buffer;
  /** Its content, without header and checksum. */
  data: Buffer;
}

/** Throws PICTURE_TOO_LARGE for a file that consists of too many parts. */
export function* countParts(parts: Iterable<Part>): Generator<Part> {
  const most = limits.pictureParts.value;
  let count = 0;
  for (const part of parts) {
    if (++count > most) throw tooLarge(`the picture's file has more than ${most} chunks or segments. Save it anew`);
    yield part;
  }
}
