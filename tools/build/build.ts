/**
 * Brings the bundles up to date, and does nothing when they are. Types are not checked: that takes ten times as long, and is part of
 * `npm test` and `npm run dev`. There are two kinds: what is deployed, and the test build, in which bugs can be planted
 * (libs/service/src/planted.ts).
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { programHome, root } from '../os/config.ts';
import { readJson, removeFile, writeJson } from '../os/home.ts';
import { whileLocked } from '../os/pid-lock.ts';
import { fingerprint } from './fingerprint.ts';
import { bundleFolder } from './bundle-kind.ts';
import { appsOf, libsOf } from './workspace.ts';
import type { BuildKind } from './bundle-kind.ts';

const stampOf = (kind: BuildKind): string => join(programHome, kind === 'test' ? 'build-test.json' : 'build.json');
/** Where the bundles are does not depend on whose system runs them. */
const lockFile = join(programHome, 'build.lock');
const inputs = ['apps', 'libs', 'package-lock.json', 'tsconfig.json', 'tsconfig.base.json', 'tools/build'];

/** Another text whenever something that a build reads has changed. */
export const sourcesNow = (): string => fingerprint(root, inputs);

export interface BuildOptions {
  /** -> apps/NAME/bundle-test/main.js */
  test?: boolean;
  /** Build only these; all by default. */
  only?: readonly string[] | undefined;
}

/** The program of an app after `buildAll`, from the project's folder. */
const programOf = (app: string, { test = false }: Pick<BuildOptions, 'test'> = {}): string =>
  join('apps', app, bundleFolder[test ? 'test' : 'production'], 'main.js');

/** Resolves with one line about what was built. */
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

/** Builds these without comparing the fingerprint, when the caller knows that something changed. */
export function buildApps(apps: readonly string[], signal: AbortSignal): Promise<void> {
  return whileLocked(lockFile, signal, () => make(apps, 'production', signal));
}

/** The bundles of the image `tools`. Made after `buildAll`, which makes JavaScript of the contracts they decode with. */
export function buildJobs(signal: AbortSignal): Promise<void> {
  return whileLocked(lockFile, signal, async () => {
    const { bundleJobs } = await import('./bundle.ts');
    await bundleJobs(root);
  });
}

async function make(apps: readonly string[], kind: BuildKind, signal: AbortSignal): Promise<void> {
  removeFile(stampOf(kind));
  signal.throwIfAborted();
  await compile(apps);
  // Only now, because it is slow to load and most starts need no bundler.
  const { bundle } = await import('./bundle.ts');
  await bundle(root, apps, kind);
}

async function compile(apps: readonly string[]): Promise<void> {
  const { transpile } = await import('./transpile.ts');
  const folders = new Set(apps.flatMap((app) => [join('apps', app), ...libsOf(root, join('apps', app))]));
  await transpile(root, [...folders]).catch((error: Error) => {
    throw new Error(`the sources do not compile: ${error.message}`);
  });
}
