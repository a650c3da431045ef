/** The packages of the lockfile, by the place where npm puts them: `node_modules/a/node_modules/b`. Pure but for reading it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LockedPackage {
  version?: string;
  license?: string;
  /** `sha512-…`, of the archive. */
  integrity?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  dev?: boolean;
}

export type Lockfile = Readonly<Record<string, LockedPackage>>;

/** In npm's words: `linux`, `x64`, `glibc`. */
export interface Platform {
  os: string;
  cpu: string;
  libc: string;
}

export const readLockfile = (root: string): Lockfile =>
  (JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Lockfile }).packages;

export const nameOf = (place: string): string => place.slice(place.lastIndexOf('node_modules/') + 13);

/** These packages of the root and all they need on this platform. */
export function closureOf(lockfile: Lockfile, names: readonly string[], platform: Platform): string[] {
  const found = new Set<string>();
  const add = (from: string, name: string): void => {
    const place = find(lockfile, from, name);
    const locked = place && lockfile[place];
    if (!locked || found.has(place) || !isFor(locked, platform)) return;
    found.add(place);
    const { dependencies, optionalDependencies } = locked;
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) add(place, needed);
  };
  for (const name of names) add('', name);
  return [...found].sort();
}

/** The places of the dependencies of the package at this place. */
export function needsOf(lockfile: Lockfile, place: string): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = lockfile[place] ?? {};
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    .map((name) => find(lockfile, place, name))
    .filter((found) => found !== undefined);
}

/** As Node looks for it: in the package's own folder, then in that of the package around it, at last in the root's. */
function find(lockfile: Lockfile, from: string, name: string): string | undefined {
  const place = `${from && `${from}/`}node_modules/${name}`;
  if (lockfile[place]) return place;
  return from ? find(lockfile, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name) : undefined;
}

const isFor = ({ os, cpu, libc }: LockedPackage, platform: Platform): boolean =>
  (os?.includes(platform.os) ?? true) &&
  (cpu?.includes(platform.cpu) ?? true) &&
  (libc?.includes(platform.libc) ?? true);
