/** Machines on which only some probes find something. */
import type { Machine } from './machine.ts';
import type { Finding, Findings, ProbeName } from './probes.ts';

/** Of all others it is said that they are not there. */
export const found = (...names: readonly ProbeName[]): Findings =>
  new Proxy({} as Findings, {
    get: (_, name: ProbeName): Finding =>
      names.includes(name) ? { ok: true, says: `found ${name}` } : { ok: false, says: `no ${name}` },
  });

export const machine = (more: Partial<Machine> = {}): Machine => ({
  system: 'debian',
  isRoot: false,
  memoryGiB: 16,
  cores: 8,
  diskGiB: 100,
  openFiles: 65_536,
  takenPorts: { shop: [], cluster: [] },
  shopRuns: false,
  ...more,
});
