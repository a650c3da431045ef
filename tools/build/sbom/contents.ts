/** The content of each image: the packages of its bundles, as reported by the bundler, and the native packages. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { native } from '../bundle-kind.ts';
import { closureOf, type Lockfile, type Platform } from '../packages.ts';
import { declaredBy } from '../workspace.ts';
import type { Contents } from './sbom.ts';

/** The images are of Linux with glibc, whatever this machine has. */
const platform: Platform = { os: 'linux', cpu: process.arch, libc: 'glibc' };

export function contentsOf(root: string, service: string, lockfile: Lockfile): Omit<Contents, 'version' | 'base'> {
  const folder = service === 'tools' ? 'tools' : join('apps', service);
  // Its programs begin as commands, which declare all that they are made of.
  const declared = declaredBy(root, service === 'tools' ? 'cli' : folder);
  const natives = native.filter((name) => service !== 'tools' && declared.has(name));
  const packages = new Set([...bundled(join(root, folder, 'bundle')), ...closureOf(lockfile, natives, platform)]);
  return { service, packages: [...packages].sort(), declared };
}

function bundled(folder: string): string[] {
  const files = globSync('*.packages.json', { cwd: folder });
  if (files.length === 0)
    throw new Error(`nothing says what is in the bundles of ${folder}: node cli/bootstrap.mjs build`);
  return files.flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as string[]);
}
