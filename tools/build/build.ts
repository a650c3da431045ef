/** Brings the bundles up to date, and does nothing when they are: no compiler is started to find that out. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, CommandFailed } from '../engines/command.ts';
import { home, root } from '../engines/config.ts';
import { paths, readJson, removeFile, writeJson } from '../engines/home.ts';
import { whileLocked } from '../engines/pid-lock.ts';
import { fingerprint } from './fingerprint.ts';
import { appsOf } from './workspace.ts';

const stampFile = join(home, 'build.json');
const inputs = ['apps', 'libs', 'package-lock.json', 'tsconfig.json', 'tsconfig.base.json', 'tools/build'];

/** Another text whenever something that a build reads has changed. */
export const sourcesNow = (): string => fingerprint(root, inputs);

/** What was done, in words. */
export function buildAll(signal: AbortSignal): Promise<string> {
  return whileLocked(join(home, 'build.lock'), signal, async () => {
    const apps = appsOf(root);
    const now = sourcesNow();
    const stamp = readJson<{ fingerprint: string }>(stampFile);
    if (stamp?.fingerprint === now && apps.every(isBundled)) return 'up to date';
    await make(apps, signal);
    writeJson(stampFile, { fingerprint: now });
    return `${apps.length} services`;
  });
}

/** Builds these whatever the fingerprint says, for whoever knows that something changed. */
export function buildApps(apps: readonly string[], signal: AbortSignal): Promise<void> {
  return whileLocked(join(home, 'build.lock'), signal, () => make(apps, signal));
}

/** The bundles of the image `tools`. Made after `buildAll`, which compiles the contracts they decode with. */
export function buildJobs(signal: AbortSignal): Promise<void> {
  return whileLocked(join(home, 'build.lock'), signal, async () => {
    const { bundleJobs } = await import('./bundle.ts');
    await bundleJobs(root);
  });
}

async function make(apps: readonly string[], signal: AbortSignal): Promise<void> {
  removeFile(stampFile);
  await compile(apps, signal);
  // Only now, because it is slow to load and most starts need no bundler.
  const { bundle } = await import('./bundle.ts');
  await bundle(root, apps);
}

const isBundled = (app: string) => existsSync(join(root, 'apps', app, 'bundle/main.js'));

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
