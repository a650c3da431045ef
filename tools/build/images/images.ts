/**
 * Makes the images that are missing. The sources are copied aside and compiled once, so that all images of a tag are made of the same,
 * whatever happens to the files meanwhile; after that an image takes a second or two.
 */
import { join } from 'node:path';
import { home, root } from '../../os/config.ts';
import { whileLocked } from '../../os/pid-lock.ts';
import { build, requireBase, requireEngine, revisionOf, sizeOf, tagAs, untag } from './docker.ts';
import { withSnapshot } from './snapshot.ts';
import { defaultBase, imageName, imageTag, servicesOf } from './tag.ts';

export interface Image {
  /** `halftone/orders:TAG` */
  name: string;
  app: string;
  /** In bytes, as docker counts. */
  size: number;
  aboveBase: number;
  /** 0 for one that was there. */
  seconds: number;
}

export interface Images {
  tag: string;
  images: Image[];
}

export interface ImagesOptions {
  base?: string | undefined;
  /** Another tag for the same images. */
  also?: string | undefined;
  /** Builds existing images too; Docker's cache is still used. */
  force?: boolean;
  signal?: AbortSignal;
  /** Called with what is being done. */
  describe?: (text: string) => void;
  /** Called after every step. */
  ended?: (step: string, ms: number) => void;
}

/** Builds all images of the current sources; existing ones are not built again. */
export function ensureImages(options: ImagesOptions = {}): Promise<Images> {
  const { base = defaultBase, also, force = false, signal, describe = () => undefined } = options;
  return whileLocked(join(home, 'images.lock'), signal, () =>
    withSnapshot(root, join(home, 'image-context'), async (context) => {
      await requireEngine();
      const tag = imageTag(context, base);
      const apps = servicesOf(context);
      const sizes = await Promise.all(apps.map((app) => sizeOf(imageName(app, tag))));
      const wanted = apps.filter((_, at) => force || sizes[at] === undefined);
      const baseSize = await requireBase(base, signal);
      const seconds = wanted.length > 0 ? await make(wanted, { ...options, base, tag, context }) : {};
      if (also) await Promise.all(apps.map((app) => tagAs(imageName(app, tag), imageName(app, also))));
      describe(`${wanted.length} of ${apps.length} built, tag ${tag}`);
      const images = apps.map((app) => describeImage(app, tag, baseSize, seconds[app] ?? 0));
      return { tag, images: await Promise.all(images) };
    }),
  );
}

async function describeImage(app: string, tag: string, baseSize: number, seconds: number): Promise<Image> {
  const name = imageName(app, tag);
  const size = (await sizeOf(name)) ?? 0;
  return { name, app, size, aboveBase: size - baseSize, seconds };
}

interface Make extends ImagesOptions {
  base: string;
  tag: string;
  context: string;
}

/** The seconds that each took, without what all share. */
async function make(apps: readonly string[], options: Make): Promise<Record<string, number>> {
  const { base, tag, context, signal } = options;
  const shared = { context, signal };
  const dependencies = imageName('dependencies', tag);
  const packed = imageName('packed', tag);
  const args = { BASE: base, VERSION: tag, REVISION: await revisionOf(root), PACKED: packed };
  const seconds: Record<string, number> = {};
  try {
    const early = { ...shared, args: { BASE: base } };
    await timed(options, 'dependencies', () => build({ ...early, image: dependencies, target: 'dependencies' }));
    await timed(options, 'bundles', () => build({ ...early, image: packed, target: 'packed' }));
    for (const app of apps) {
      const image = imageName(app, tag);
      seconds[app] = await timed(options, `halftone/${app}`, () =>
        build({ ...shared, image, args: { ...args, SERVICE: app } }),
      );
    }
  } finally {
    await untag(dependencies);
    await untag(packed);
  }
  return seconds;
}

async function timed({ describe, ended }: ImagesOptions, step: string, work: () => Promise<void>): Promise<number> {
  const begun = Date.now();
  describe?.(step);
  await work();
  const ms = Date.now() - begun;
  ended?.(step, ms);
  return ms / 1000;
}
