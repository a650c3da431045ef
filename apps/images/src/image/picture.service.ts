import { inflateSync } from 'node:zlib';
import { limits } from '@halftone/contracts';
import type { Raw, Sharp, SharpOptions } from 'sharp';
import { type Picture, pictureOf, readPicture } from './picture-file';
import { notAPicture } from './picture-refusal';
import { renditionContentType, type RenditionPlan, renditionPlans } from './rendition';

export type RenderedPicture = Picture & { bytes: Buffer };

/** A decoded picture. */
export interface Pixels {
  data: Buffer;
  raw: Raw;
}

/** `decoderInput` decides what may be decoded. */
const input: SharpOptions = { limitInputPixels: false, failOn: 'error' };

/**
 * Loads sharp at the first picture, because it costs 30 MB. Restricts libvips to JPEG, PNG and WebP from memory, to one
 * thread (all services share two cores) and to no cache.
 */
async function loadSharp() {
  const { default: sharp } = await import('sharp');
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] });
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

let loaded: ReturnType<typeof loadSharp> | undefined;

/** Decodes what `identify` accepts. The process in which it runs limits its time and memory. */
export class PictureService {
  async render(bytes: Uint8Array, plan: RenditionPlan): Promise<RenderedPicture> {
    return this.encode(await this.shrink(bytes), plan);
  }

  /**
   * Decodes the picture to the size of its largest rendition. Decoding is the expensive part. The result is upright, white
   * where it was transparent, and without metadata such as the location.
   */
  async shrink(bytes: Uint8Array): Promise<Pixels> {
    const { data, info } = await read(decoderInput(bytes), input, (image) =>
      image
        .autoOrient()
        .resize(within(largestBox))
        .flatten({ background: 'white' })
        .raw()
        .toBuffer({ resolveWithObject: true }),
    );
    return { data, raw: { width: info.width, height: info.height, channels: info.channels } };
  }

  async encode({ data, raw }: Pixels, { box, quality }: RenditionPlan): Promise<RenderedPicture> {
    const { data: bytes, info } = await read(data, { raw }, (image) =>
      image.resize(within(box)).jpeg({ quality }).toBuffer({ resolveWithObject: true }),
    );
    return { contentType: renditionContentType, width: info.width, height: info.height, bytes };
  }
}

const within = (box: number) => ({ width: box, height: box, fit: 'inside', withoutEnlargement: true }) as const;
const largestBox = Math.max(...Object.values(renditionPlans).map(({ box }) => box));

async function read<R>(bytes: Uint8Array, options: SharpOptions, work: (image: Sharp) => Promise<R>): Promise<R> {
  const sharp = await (loaded ??= loadSharp());
  try {
    return await work(sharp(bytes, options));
  } catch (cause) {
    throw notAPicture(cause);
  }
}

/** A copy of the picture without anything that its pixels do not need. Throws as `identify` does. */
export function decoderInput(bytes: Uint8Array): Buffer {
  const file = readPicture(bytes);
  pictureOf(file);
  const { pieces, deflated } = file;
  const isBomb = deflated && !inflatesWithin(deflated.bytes, limits.pictureProfile.value);
  return Buffer.concat(isBomb ? pieces.filter((piece) => piece !== deflated.piece) : pieces);
}

function inflatesWithin(deflated: Uint8Array, maxOutputLength: number): boolean {
  try {
    inflateSync(deflated, { maxOutputLength });
    return true;
  } catch {
    // Too long or damaged: the picture is decoded without it.
    return false;
  }
}
