/** Measures this machine: memory, cores, disk, open files, ports. It does not judge. */
import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { isFreePort } from '@halftone/local';
import { nodePorts } from '@halftone/tools/cluster/cluster.ts';
import { capture } from '@halftone/tools/os/command.ts';
import { root } from '@halftone/tools/os/config.ts';

import { runningSystem } from '@halftone/tools/os/run-state.ts';
import { portSetting } from '@halftone/tools/shop/settings.ts';
import { topology } from '@halftone/tools/shop/topology.ts';

/** Whose packages are installed how. */
export type System = 'debian' | 'ubuntu' | 'fedora' | 'macos';

export interface Machine {
  system: System | undefined;
  isRoot: boolean;
  memoryGiB: number;
  cores: number;
  diskGiB: number;
  openFiles: number;
  /** In use already, of those that the shop or a cluster would take. */
  takenPorts: { shop: readonly number[]; cluster: readonly number[] };
  /** Then it has the ports. */
  shopRuns: boolean;
}

/** From os-release: the distribution, else the one that it is made from. Pure. */
export function systemOf(platform: NodeJS.Platform, release: string): System | undefined {
  if (platform === 'darwin') return 'macos';
  const valueOf = (key: string) => new RegExp(`^${key}="?(.*?)"?$`, 'm').exec(release)?.[1]?.split(' ') ?? [];
  const names = [...valueOf('ID'), ...valueOf('ID_LIKE')];
  const known: Readonly<Record<string, System>> = {
    ubuntu: 'ubuntu',
    debian: 'debian',
    fedora: 'fedora',
    rhel: 'fedora',
  };
  return names.map((name) => known[name]).find(Boolean);
}

function osRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    // macOS, or a Linux that does not say what it is.
    return '';
  }
}

export const thisSystem = (): System | undefined => systemOf(process.platform, osRelease());

const gib = 2 ** 30;

/** That of the container, where there is one. */
const memory = (): number => Math.min(totalmem(), process.constrainedMemory() || Infinity);

async function openFiles(): Promise<number> {
  const said = await capture('/bin/sh', ['-c', 'ulimit -n'], { timeoutMs: 5_000 });
  return said.trim() === 'unlimited' ? Infinity : Number(said);
}

const shopPorts = (): number[] =>
  topology.flatMap(({ name, replicas, knownPort }) => {
    const first = portSetting(name) ?? knownPort;
    return first === undefined ? [] : Array.from({ length: replicas }, (_, at) => first + at);
  });

async function taken(ports: readonly number[]): Promise<number[]> {
  const free = await Promise.all(ports.map(isFreePort));
  return ports.filter((_, at) => !free[at]);
}

export async function measureMachine(): Promise<Machine> {
  const disk = statfsSync(root);
  const [files, shop, cluster] = await Promise.all([openFiles(), taken(shopPorts()), taken(Object.values(nodePorts))]);
  return {
    system: thisSystem(),
    isRoot: process.getuid?.() === 0,
    memoryGiB: memory() / gib,
    cores: availableParallelism(),
    diskGiB: (disk.bavail * disk.bsize) / gib,
    openFiles: files,
    takenPorts: { shop, cluster },
    shopRuns: runningSystem() !== undefined,
  };
}
