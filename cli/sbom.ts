/** `halftone sbom`: one bill of materials per image under .halftone/sbom. */
import { randomUUID } from 'node:crypto';
import { join, relative } from 'node:path';
import { buildAll, buildJobs } from '@halftone/tools/build/build.ts';
import { readLockfile } from '@halftone/tools/build/packages.ts';
import { home, root } from '@halftone/tools/os/config.ts';
import { writeJson } from '@halftone/tools/os/home.ts';
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { imageTag, servicesOf } from '@halftone/tools/build/images/tag.ts';
import { Progress } from '@halftone/tools/terminal/progress.ts';
import { contentsOf } from '@halftone/tools/build/sbom/contents.ts';
import { sbomOf, type Sbom } from '@halftone/tools/build/sbom/sbom.ts';

export interface SbomOptions {
  base: string;
  json: boolean;
}

async function write({ base, json }: SbomOptions, progress: Progress, signal: AbortSignal): Promise<void> {
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

export async function run(values: SbomOptions): Promise<number> {
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
