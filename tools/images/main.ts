/** `npm run images`: builds the container images that are missing. */
import { parseArgs } from 'node:util';
import { onInterruption } from '../engines/interruption.ts';
import { Progress } from '../start/progress.ts';
import { runMain } from '../command/run-main.ts';
import { ensureImages, type Image } from './images.ts';
import { defaultBase } from './tag.ts';

const help = `npm run images                  builds halftone/APP:TAG for every service and for the jobs (tools); what docker has stays as it is

--base IMAGE    has Node 24, npm and user 1000; ${defaultBase} unless told
--also TAG      gives them this tag besides, such as latest
--force         builds also what is there
--json          one JSON line per image on stdout: name, app, tag, size and aboveBase in bytes, seconds

The tag is a fingerprint of what goes into the images: the same sources give the same tag.
`;

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

const lineOf = ({ name, size, aboveBase }: Image) =>
  `${name}  ${megabytes(size)}, ${megabytes(aboveBase)} above its base`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      base: { type: 'string' },
      also: { type: 'string' },
      force: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stderr.write(help);
    return 0;
  }
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

runMain(main);
