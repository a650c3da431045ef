/** Which packages a platform gets its engines from. The table also says which Node `cli/bootstrap.mjs` takes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../os/config.ts';
import { Unavailable } from '../os/unavailable.ts';

export interface PlatformPackages {
  /** npm's package of Node 24. */
  node: string;
  /** npm's package of PostgreSQL. */
  postgres: string;
  /** Platform tag of the wheel with Valkey. */
  valkey: string;
}

export interface Platform {
  os: string;
  arch: string;
  /** Programs in packages for Linux are linked with glibc. */
  musl: boolean;
}

/** By operating system and architecture, in Node's words. */
export const platforms = JSON.parse(readFileSync(join(root, 'tools/engines/platforms.json'), 'utf8')) as Readonly<
  Record<string, PlatformPackages>
>;

export const nameOf = ({ os, arch, musl }: Platform): string => `${os}-${arch}${musl ? ' with musl' : ''}`;

/** Throws Unavailable, with what to do, for a platform without packages. */
export function packagesFor(platform: Platform): PlatformPackages {
  const packages = platform.musl ? undefined : platforms[`${platform.os}-${platform.arch}`];
  if (packages) return packages;
  const others = 'set HALFTONE_ENGINES=docker, or put the programs on PATH';
  throw new Unavailable(
    `no packages for ${nameOf(platform)}, only for ${Object.keys(platforms).join(', ')}: ${others}`,
  );
}

/** Without its network, which takes long to list. */
function linkedWithMusl(): boolean {
  if (process.platform !== 'linux') return false;
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}

export const thisPlatform = (): Platform => ({ os: process.platform, arch: process.arch, musl: linkedWithMusl() });
