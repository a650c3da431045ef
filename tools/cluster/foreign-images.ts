/** The images that others make: engines and observability. */
import { obtainImages, type Refusal } from './images.ts';
import { optionalParts } from './release.ts';
import type { Describe } from '../terminal/progress.ts';

/** Pulls these images. Rejects with all that are not available, so that one run reports everything. */
export async function obtainForeign(images: readonly string[], describe: Describe, signal: AbortSignal): Promise<void> {
  const refused = await obtainImages(images, describe, { signal });
  if (refused.length > 0) throw new Error(remedyOf(refused));
  describe(`docker has ${images.join(', ')}`);
}

/** The message about images that could not be had, with the remedy. Pure. */
export function remedyOf(refused: readonly Refusal[]): string {
  const parts = Object.keys(optionalParts).filter((part) => refused.some(({ image }) => image.includes(part)));
  const needed = refused.filter(({ image }) => !parts.some((part) => image.includes(part)));
  return [
    'docker has not, and could not pull:',
    ...refused.map(
      ({ image, reason }) => `  ${image}   (${reason.replace(/^docker: Error response from daemon: /, '')})`,
    ),
    ...(parts.length > 0 ? [`go without: the same command with --without ${parts.join(',')}`] : []),
    ...(needed.length > 0
      ? [`needed in any case, or given by other values: get ${needed.map(({ image }) => image).join(', ')} into docker`]
      : []),
  ].join('\n');
}
