import { readJpeg } from './picture-jpeg';
import { type PictureFile } from './picture-part';
import { notAPicture } from './picture-refusal';
import { readPng } from './picture-png';
import { assertDecodable } from './picture-size';
import { readWebp } from './picture-webp';

export interface Picture {
  contentType: string;
  /** Of the upright picture. */
  width: number;
  height: number;
}

/**
 * The bytes decide what a picture is; no declared type and no file name is believed. Whatever cannot be read is NOT_A_PICTURE, what
 * is too large to print PICTURE_TOO_LARGE. Nothing is decoded or inflated, whatever the file says: the time is bounded by its
 * length. Pixels that turn out to be damaged are found by whoever decodes them.
 */
export function identify(bytes: Uint8Array): Picture {
  return pictureOf(readPicture(bytes));
}

/** An Exif orientation from 5 on lies on its side. */
export function pictureOf({ head, orientation }: PictureFile): Picture {
  const { width, height } = orientation >= 5 ? { width: head.height, height: head.width } : head;
  assertDecodable({ ...head, width, height });
  return { contentType: `image/${head.format}`, width, height };
}

const readers = [readJpeg, readPng, readWebp];

export function readPicture(bytes: Uint8Array): PictureFile {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const file = withinBounds(() => readers.map((read) => read(buffer)).find(Boolean));
  if (!file || file.head.width === 0 || file.head.height === 0) throw notAPicture();
  return file;
}

/** Codes of Node's own errors for a read beyond the end of a buffer. */
const readsBeyondEnd = new Set<string | undefined>(['ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS']);

function withinBounds<R>(read: () => R): R {
  try {
    return read();
  } catch (cause) {
    // The file is shorter than it says.
    if (readsBeyondEnd.has((cause as NodeJS.ErrnoException).code)) throw notAPicture(cause);
    throw cause;
  }
}
