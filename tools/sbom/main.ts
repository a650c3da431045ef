/** `npm run sbom`: one bill of materials per image under .halftone/sbom. */
import { randomUUID } from 'node:crypto';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAll, buildJobs } from '../build/build.ts';
import { readLockfile } from '../build/packages.ts';
import { home, root } from '../engines/config.ts';
import { writeJson } from '../engines/home.ts';
import { onInterruption } from '../engines/interruption.ts';
import { defaultBase, imageTag, servicesOf } from '../images/tag.ts';
import { Progress } from '../start/progress.ts';
import { runMain } from '../command/run-main.ts';
import { contentsOf } from './contents.ts';
import { sbomOf, type Sbom } from './sbom.ts';

const help = `npm run sbom            writes .halftone/sbom/SERVICE.cdx.json (CycloneDX 1.6) for each container image: what is in its bundle and beside it

--base IMAGE   the base the images are built on, which has packages of its own; ${defaultBase} unless told
--json         all of them as JSON lines on stdout besides
`;

interface Options {
  base: string;
  json: boolean;
}

async function write({ base, json }: Options, progress: Progress, signal: AbortSignal): Promise<void> {
  await progress.phase('build', async (describe) => {
    describe(await buildAll(signal));
    await buildJobs(signal);
  });
  const lockfile = readLockfile(root);
  const version = imageTag(root, base);
  for (const service of servicesOf(root)) {
    const sbom = sbomOf({ ...contentsOf(root, service, lockfile), version, base }, lockfile, randomUUID(), new Date());
    const file = join(home, 'sbom', `${service}.cdx.json`);
    writeJson(file, sbom);
    if (json) progress.line(sbom);
    else process.stdout.write(`${lineOf(sbom, file)}\n`);
  }
}

const lineOf = ({ components }: Sbom, file: string) =>
  `${relative(process.cwd(), file)}  ${components.length} packages, ${licencesOf(components)}`;

/** `MIT 80, Apache-2.0 20`, most first. */
function licencesOf(components: Sbom['components']): string {
  const groups = Map.groupBy(components, ({ licenses }) => licenses?.[0]?.expression ?? 'no licence named');
  return [...groups]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([licence, { length }]) => `${licence} ${length}`)
    .join(', ');
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      base: { type: 'string', default: defaultBase },
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
  try {
    await write(values, progress, signal);
    return exitCode();
  } catch (error) {
    progress.failure(error);
    return exitCode() || 1;
  }
}

runMain(main);
