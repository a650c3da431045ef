/** The folders of apps and libs, and what their packages declare. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  dependencies?: Record<string, string>;
}

/** Apps that can be built. */
export const appsOf = (root: string): string[] =>
  readdirSync(join(root, 'apps')).filter((name) => existsSync(join(root, 'apps', name, 'tsconfig.json')));

/** Packages that an app declares, itself or through the workspace's libs. */
export function declaredBy(root: string, folder: string, seen = new Set<string>()): ReadonlySet<string> {
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
  for (const name of Object.keys(dependencies)) {
    if (seen.has(name)) continue;
    seen.add(name);
    const lib = name.startsWith('@halftone/') ? join('libs', name.slice('@halftone/'.length)) : undefined;
    if (lib && existsSync(join(root, lib, 'package.json'))) declaredBy(root, lib, seen);
  }
  return seen;
}
