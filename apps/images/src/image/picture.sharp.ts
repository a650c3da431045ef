import { DomainError } from '@halftone/kernel';
import { Injectable } from '@nestjs/common';
import type { Sharp, SharpOptions } from 'sharp';
import { renditionContentType, type RenditionPlan } from './rendition';

export interface Picture {
  contentType: string;
  /** Of the upright picture. */
  width: number;
  height: number;
}

const contentTypes: Readonly<Record<string, string>> = { jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp' };

/** A small file may unpack into gigabytes: nothing above 100 megapixels is opened, and no picture keeps a worker for longer than this. */
const input: SharpOptions = { limitInputPixels: 100_000_000, failOn: 'error' };
const timeoutSeconds = 30;

/**
 * Loaded at the first picture, since it brings 30 MB into the process. From then on libvips opens JPEG, PNG and WebP from memory
 * and nothing else, uses one thread (two cores are shared by every service) and keeps no cache.
 */
async function open() {
  const { default: sharp } = await import('sharp');
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] });
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

let opened: ReturnType<typeof open> | undefined;

/** The bytes decide what a picture is; no declared type and no file name is believed. Whatever cannot be read is NOT_A_PICTURE. */
@Injectable()
export class PictureSharp {
  /** Reads the header only; pixels that turn out to be damaged are found by `render`. */
  async identify(bytes: Uint8Array): Promise<Picture> {
    const { format, autoOrient } = await read(bytes, (image) => image.metadata());
    const contentType = contentTypes[format];
    if (!contentType) throw new DomainError('NOT_A_PICTURE', `a ${format} cannot be printed`);
    return { contentType, width: autoOrient.width, height: autoOrient.height };
  }

  /** Upright, on white where it was transparent, without the metadata that tells where it was taken. */
  async render(bytes: Uint8Array, { box, quality }: RenditionPlan): Promise<Picture & { bytes: Buffer }> {
    const { data, info } = await read(bytes, (image) =>
      image
        .autoOrient()
        .resize({ width: box, height: box, fit: 'inside', withoutEnlargement: true })
        .flatten({ background: 'white' })
        .jpeg({ quality })
        .timeout({ seconds: timeoutSeconds })
        .toBuffer({ resolveWithObject: true }),
    );
    return { contentType: renditionContentType, width: info.width, height: info.height, bytes: data };
  }
}

async function read<R>(bytes: Uint8Array, work: (image: Sharp) => Promise<R>): Promise<R> {
  const sharp = await (opened ??= open());
  try {
    return await work(sharp(bytes, input));
  } catch (cause) {
    throw new DomainError('NOT_A_PICTURE', 'the bytes are no JPEG, PNG or WebP picture', [], { cause });
  }
}
