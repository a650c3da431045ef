/** Docker: whether it is available, its images, and their sizes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../../os/program.ts';
import { capture, CommandFailed } from '../../os/command.ts';
import { environment } from '../../os/config.ts';
import { paths } from '../../os/home.ts';

const briefly = { timeoutMs: 30_000 };
const buildWithinMs = 30 * 60_000;

export async function requireEngine(): Promise<void> {
  await run('docker', ['info', '--format', '{{.ServerVersion}}'], briefly).catch((error: unknown) => {
    if (!(error instanceof CommandFailed)) throw error;
    throw new Error(`no Docker engine answers, so no image can be built: start it (${error.message})`);
  });
}

/** In bytes; undefined when docker has no such image. */
export const sizeOf = (image: string): Promise<number | undefined> =>
  run('docker', ['image', 'inspect', '--format', '{{.Size}}', image], briefly).then(Number, () => undefined);

/** The base image's size; pulls it when docker has not got it. */
export async function requireBase(base: string, signal: AbortSignal | undefined): Promise<number> {
  const present = await sizeOf(base);
  if (present !== undefined) return present;
  await run('docker', ['pull', '--quiet', base], { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the base image ${base} is not here and can't be pulled (${reason}): get it into docker, ` +
        'or name another that has Node 24, npm and user 1000: ./halftone images --base IMAGE',
    );
  });
  return (await sizeOf(base)) ?? 0;
}

export interface BuildOptions {
  image: string;
  /** Of the Dockerfile; the last one by default. */
  target?: string;
  context: string;
  args: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
}

/** Throws the most useful line, and says where the full output is. */
export async function build({ image, target, context, args, signal }: BuildOptions): Promise<void> {
  const settings = Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
  // The host's network: a machine's way to the registry of packages may be known to the machine only.
  const where = ['--network', 'host', '--file', join(context, 'docker/Dockerfile'), '--tag', image];
  const all = ['build', ...where, ...(target ? ['--target', target] : []), ...settings, context];
  // Engines before 23 have BuildKit, but ask for it to be named.
  const env = { ...environment, DOCKER_BUILDKIT: '1' };
  await run('docker', all, { env, timeoutMs: buildWithinMs, signal }).catch((error: unknown) => {
    if (!(error instanceof CommandFailed)) throw error;
    const log = join(paths.logs, 'images.log');
    mkdirSync(dirname(log), { recursive: true });
    writeFileSync(log, error.output);
    throw new Error(`${image} can't be built: ${error.message} (all of it in ${log})`);
  });
}

export const tagAs = (image: string, name: string): Promise<unknown> => run('docker', ['tag', image, name], briefly);

/** The image's layers stay in the cache of builds. */
export const untag = (image: string): Promise<unknown> =>
  // A name that is not there needs no removing.
  run('docker', ['image', 'rm', image], briefly).catch(() => undefined);

/** The commit, for the label; a folder that is no repository has none. */
export const revisionOf = (root: string): Promise<string> =>
  capture('git', ['rev-parse', 'HEAD'], { cwd: root, ...briefly }).then(
    (text) => text.trim(),
    () => 'unknown',
  );
