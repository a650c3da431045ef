/** `halftone images`: builds the container images that are missing. */
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { Progress } from '@halftone/tools/terminal/progress.ts';
import { ensureImages, type Image } from '@halftone/tools/build/images/images.ts';

export interface ImagesOptions {
  base?: string;
  also?: string;
  force: boolean;
  json: boolean;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

const lineOf = ({ name, size, aboveBase }: Image) =>
  `${name}  ${megabytes(size)}, ${megabytes(aboveBase)} above its base`;

export async function run(values: ImagesOptions): Promise<number> {
  const progress = new Progress(false);
  const { signal, exitCode } = onInterruption(() => undefined);
  const ended = (step: string, ms: number) => progress.step({ step, ok: true, ms, detail: '' });
  const options = { base: values.base, also: values.also, force: values.force, signal, ended };
  const made = await progress
    .phase('images', (describe) => ensureImages({ ...options, describe }))
    .catch((error: unknown) => progress.failure(error));
  if (!made) return exitCode() || 1;
  for (const image of made.images) {
    if (values.json) progress.line({ ...image, tag: made.tag });
    else process.stdout.write(`${lineOf(image)}\n`);
  }
  return 0;
}
