/** From what probes found to a verdict for each way of running. Pure. */
import type { Machine } from './machine.ts';
import type { Findings, ProbeName } from './probes.ts';
import { remedyFor } from './remedies.ts';
import type { Capacity, Need, RunningWay, WayName } from './ways.ts';

/** `without`: missing, and something is left out; `tight`: it may do. */
export type State = 'ok' | 'missing' | 'without' | 'tight';

export interface Row {
  need: string;
  state: State;
  /** The find, or why there is none. */
  says: string;
  for: string;
  /** The remedy. */
  remedy?: string;
}

export interface WayReport {
  way: WayName;
  title: string;
  ready: boolean;
  missing: string[];
  without: string[];
  rows: Row[];
}

const distinct = (texts: readonly string[]): string => [...new Set(texts)].join('; ');

function rowOf(need: Need, findings: Findings, { system, isRoot }: Machine): Row {
  const row = { need: need.name, for: need.for };
  const saidBy = (probes: readonly ProbeName[]) => distinct(probes.map((probe) => findings[probe].says));
  const found = need.anyOf.find((probes) => probes.every((probe) => findings[probe].ok));
  if (found?.includes('installs-itself')) return { ...row, state: 'ok', says: 'absent; it is installed when needed' };
  if (found) return { ...row, state: 'ok', says: saidBy(found) };
  const lacking = (need.advise ?? need.anyOf[0] ?? []).filter((probe) => !findings[probe].ok);
  const remedy = remedyFor(lacking, system, isRoot);
  return { ...row, state: need.optional ? 'without' : 'missing', says: saidBy(lacking), ...(remedy && { remedy }) };
}

const rounded = (number: number): string => (number >= 10 ? number.toFixed(0) : number.toFixed(1));

/** One row when there is enough of everything, else a row for each that is short. */
function machineRows(wanted: Capacity, machine: Machine): Row[] {
  const { memoryGiB, cores, diskGiB, openFiles } = machine;
  const measured: readonly [need: string, has: number, wants: number, unit: string, remedy: string][] = [
    ['memory', memoryGiB, wanted.memoryGiB, 'GiB of memory', 'close what else runs, or use a larger machine'],
    ['cores', cores, wanted.cores, 'cores', 'it takes longer'],
    ['disk', diskGiB, wanted.diskGiB, 'GiB of disk free', 'free some space; halftone clean deletes what builds wrote'],
    ['open files', openFiles, wanted.openFiles, 'open files', `ulimit -n ${wanted.openFiles}`],
  ];
  const short = measured
    .filter(([, has, wants]) => has < wants)
    .map(([need, has, wants, unit, remedy]): Row => {
      const amount = Number.isInteger(has) ? String(has) : rounded(has);
      return { need, state: 'tight', says: `${amount} ${unit}, ${wants} are advised`, for: 'it', remedy };
    });
  const all = `${rounded(memoryGiB)} GiB of memory, ${cores} cores, ${rounded(diskGiB)} GiB of disk, ${openFiles} open files`;
  const enough: Row[] = short.length > 0 ? [] : [{ need: 'machine', state: 'ok', says: all, for: 'it' }];
  return [...enough, ...short, ...portRows(wanted, machine)];
}

function portRows({ ports }: Capacity, { takenPorts, shopRuns }: Machine): Row[] {
  if (!ports || takenPorts[ports].length === 0) return [];
  const says = `in use: ${takenPorts[ports].join(', ')}`;
  const row = { need: 'ports', for: 'its addresses' };
  if (ports === 'shop' && shopRuns) return [{ ...row, state: 'ok', says: `${says}, by the shop that runs here` }];
  const remedy =
    ports === 'shop'
      ? 'others are taken instead; GATEWAY_PORT and the like choose them'
      : 'halftone k8s down if a cluster is up, else end what listens there';
  return [{ ...row, state: 'tight', says, remedy }];
}

export function judge({ name, title, needs, capacity }: RunningWay, findings: Findings, machine: Machine): WayReport {
  const rows = [...needs.map((need) => rowOf(need, findings, machine)), ...machineRows(capacity, machine)];
  const namesOf = (state: State) => rows.filter((row) => row.state === state).map(({ need }) => need);
  const missing = namesOf('missing');
  return { way: name, title, ready: missing.length === 0, missing, without: namesOf('without'), rows };
}

/** What `halftone doctor` without a way judges by. */
const deciding: readonly WayName[] = ['start', 'test'];

export interface Verdict {
  ok: boolean;
  ready: WayName[];
  failed: WayName[];
}

export function verdictOn(reports: readonly WayReport[], only: WayName | undefined): Verdict {
  const judged = reports.filter(({ way }) => (only === undefined ? deciding.includes(way) : way === only));
  const namesOf = (ready: boolean) => judged.filter((one) => one.ready === ready).map(({ way }) => way);
  const failed = namesOf(false);
  return { ok: failed.length === 0, ready: namesOf(true), failed };
}
