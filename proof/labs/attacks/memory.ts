/** The memory of each process with its children, and what the chart would let it have. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '@halftone/tools/os/config.ts';
import type { ServiceState } from '@halftone/tools/os/run-state.ts';
import { labelOf } from '@halftone/tools/shop/topology.ts';

interface Resources {
  resources?: { limits?: { memory?: string } };
}

interface Values {
  services: Readonly<Record<string, Resources | null>>;
  serviceDefaults: Resources;
}

const units: Readonly<Record<string, number>> = { Mi: 1, Gi: 1024 };

/** MiB by service. Pure. */
export function limitsIn(values: string): (service: string) => number {
  const { services, serviceDefaults } = parse(values) as Values;
  return (service) => {
    const text = services[service]?.resources?.limits?.memory ?? serviceDefaults.resources?.limits?.memory ?? '';
    const [, count, unit = ''] = /^(\d+)(Mi|Gi)$/.exec(text) ?? [];
    if (!count) throw new Error(`no limit of memory for ${service}: '${text}'`);
    return Number(count) * (units[unit] ?? 1);
  };
}

/** By service as it runs here, where one process of images does the work of both kinds that the chart has. */
export function chartLimits(): (service: string) => number {
  const limitOf = limitsIn(readFileSync(join(root, 'helm/halftone/values.yaml'), 'utf8'));
  return (service) => Math.max(limitOf(service), service === 'images' ? limitOf('images-worker') : 0);
}

/** MiB at most so far, by process. */
export type Peaks = Record<string, number>;

/** Samples until the result is requested. */
export function watchMemory(services: () => readonly ServiceState[]): () => Peaks {
  const peaks: Peaks = {};
  const look = () => {
    for (const service of services()) {
      const label = labelOf(service);
      peaks[label] = Math.max(peaks[label] ?? 0, Math.round(treeKiB(service.pid) / 1024));
    }
  };
  look();
  const timer = setInterval(look, 250);
  return () => {
    clearInterval(timer);
    look();
    return peaks;
  };
}

/** The process, and of its children what they do not share with it. */
function treeKiB(pid: number): number {
  const children = childrenOf(pid);
  return fieldKiB(pid, 'VmRSS') + children.reduce((sum, child) => sum + anonymousKiB(child), 0);
}

const anonymousKiB = (pid: number): number =>
  fieldKiB(pid, 'RssAnon') + childrenOf(pid).reduce((sum, child) => sum + anonymousKiB(child), 0);

function childrenOf(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap((thread) => {
      const text = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim();
      return text ? text.split(' ').map(Number) : [];
    });
  } catch {
    // It has just ended, or this is not Linux.
    return [];
  }
}

/** 0 for a process that has just ended. */
function fieldKiB(pid: number, field: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
