/**
 * Brings the bundles up to date, and does nothing when they are: no compiler is started to find that out. There are two kinds: what is
 * deployed, and the test build, in which bugs can be planted (libs/service/src/planted.ts).
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, CommandFailed } from '../engines/command.ts';
import { programHome, root } from '../engines/config.ts';
import { paths, readJson, removeFile, writeJson } from '../engines/home.ts';
import { whileLocked } from '../engines/pid-lock.ts';
import { fingerprint } from './fingerprint.ts';
import { bundleFolder } from './build-kind.ts';
import { appsOf } from './workspace.ts';
import type { BuildKind } from './build-kind.ts';

const stampOf = (kind: BuildKind): string => join(programHome, kind === 'test' ? 'build-test.json' : 'build.json');
/** Where the bundles are does not depend on whose system runs them. */
const lockFile = join(programHome, 'build.lock');
const inputs = ['apps', 'libs', 'package-lock.json', 'tsconfig.json', 'tsconfig.base.json', 'tools/build'];

/** Another text whenever something that a build reads has changed. */
export const sourcesNow = (): string => fingerprint(root, inputs);

export interface BuildOptions {
  /** -> apps/NAME/bundle-test/main.js */
  test?: boolean;
  /** Nothing else is needed now; all unless told. */
  only?: readonly string[] | undefined;
}

/** The program of an app after `buildAll`, from the project's folder. */
export const programOf = (app: string, { test = false }: Pick<BuildOptions, 'test'> = {}): string =>
  join('apps', app, bundleFolder[test ? 'test' : 'production'], 'main.js');

/** What was done, in words. */
export function buildAll(signal: AbortSignal, { test = false, only }: BuildOptions = {}): Promise<string> {
  const kind = test ? 'test' : 'production';
  return whileLocked(lockFile, signal, async () => {
    const apps = appsOf(root);
    const now = sourcesNow();
    const stamp = readJson<{ fingerprint: string }>(stampOf(kind));
    if (stamp?.fingerprint === now && apps.every((app) => existsSync(join(root, programOf(app, { test }))))) {
      return 'up to date';
    }
    await make(only ?? apps, kind, signal);
    if (only) return only.join(', ');
    writeJson(stampOf(kind), { fingerprint: now });
    return `${apps.length} services`;
  });
}

/** Builds these whatever the fingerprint says, for whoever knows that something changed. */
export function buildApps(apps: readonly string[], signal: AbortSignal): Promise<void> {
  return whileLocked(lockFile, signal, () => make(apps, 'production', signal));
}

/** The bundles of the image `tools`. Made after `buildAll`, which compiles the contracts they decode with. */
export function buildJobs(signal: AbortSignal): Promise<void> {
  return whileLocked(lockFile, signal, async () => {
    const { bundleJobs } = await import('./bundle.ts');
    await bundleJobs(root);
  });
}

async function make(apps: readonly string[], kind: BuildKind, signal: AbortSignal): Promise<void> {
  removeFile(stampOf(kind));
  await compile(apps, signal);
  // Only now, because it is slow to load and most starts need no bundler.
  const { bundle } = await import('./bundle.ts');
  await bundle(root, apps, kind);
}

async function compile(apps: readonly string[], signal: AbortSignal): Promise<void> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const folders = apps.map((app) => join('apps', app));
  try {
    await capture(process.execPath, [tsc, '-b', ...folders], { cwd: root, signal });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const log = join(paths.logs, 'build.log');
    mkdirSync(paths.logs, { recursive: true });
    writeFileSync(log, error.output);
    throw new Error(`the sources do not compile: ${error.message.replace('node: ', '')} (all of it in ${log})`);
  }
}
