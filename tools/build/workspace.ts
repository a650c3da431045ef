/** The folders of apps and libs, and what their packages declare. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  dependencies?: Record<string, string>;
}

/** Apps that can be built. */
export const appsOf = (root: string): string[] =>
  readdirSync(join(root, 'apps')).filter((name) => existsSync(join(root, 'apps', name, 'tsconfig.json')));

/** Packages that an app declares, itself or through other projects of the workspace. */
export function declaredBy(root: string, folder: string, seen = new Set<string>()): ReadonlySet<string> {
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
  for (const name of Object.keys(dependencies)) {
    if (seen.has(name)) continue;
    seen.add(name);
    const own = name.startsWith('@halftone/') ? name.slice('@halftone/'.length) : undefined;
    const project = own && [join('libs', own), own].find((place) => existsSync(join(root, place, 'package.json')));
    if (project) declaredBy(root, project, seen);
  }
  return seen;
}

/** These are imported as TypeScript; they are not transpiled. */
const asWritten = ['libs/client', 'libs/local'];

export const libs = (root: string): string[] =>
  readdirSync(join(root, 'libs'))
    .map((name) => join('libs', name))
    .filter((lib) => !asWritten.includes(lib) && existsSync(join(root, lib, 'tsconfig.json')));

/** Those that an app needs, itself or through others. */
export function libsOf(root: string, app: string): string[] {
  const declared = declaredBy(root, app);
  return libs(root).filter((lib) => declared.has(lib.replace('libs/', '@halftone/')));
}
