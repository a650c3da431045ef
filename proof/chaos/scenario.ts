/** The faults: one file each in faults/. A wrong file is refused with its name and the wrong field. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '@halftone/tools/os/config.ts';
import type { EngineName } from '@halftone/tools/os/run-state.ts';
import { topology, type ServiceName } from '@halftone/tools/shop/topology.ts';

export type Fault =
  | { kind: 'kill'; service: ServiceName }
  /** The failpoint is armed in every replica; the first process that reaches it is killed. */
  | { kind: 'kill-at'; service: ServiceName; failpoint: string }
  | { kind: 'pause'; service: ServiceName; seconds: number }
  | { kind: 'engine-restart'; engine: EngineName }
  | { kind: 'engine-down'; engine: EngineName; seconds: number }
  | { kind: 'wire'; engine: EngineName; wire: 'cut' | 'blackhole' | 'delay'; ms?: number; seconds: number }
  | { kind: 'drop'; engine: EngineName }
  | { kind: 'flush'; times: number }
  | { kind: 'redis-full'; seconds: number }
  | { kind: 'clock'; statements: string[] }
  | { kind: 'bank'; behaviour: Record<string, number | boolean>; seconds: number }
  | { kind: 'rebalance'; groups: string[]; seconds: number };

export interface Scenario {
  id: string;
  /** What is broken, for people. */
  breaks: string;
  fault: Fault;
  /** How long it has until the next one, its own duration and the recovery included. */
  slotSeconds: number;
  /** The metrics, alerts and spans that should show the fault. */
  expect: { metrics: string[]; alerts: string[]; spans: string[] };
  /** Invariants of `verify` that break first if the system does not tolerate the fault. */
  atRisk: string[];
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && value.length > 0;
const positive: Check = (value) => typeof value === 'number' && value > 0;
const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    allowed.includes(value as string);
const listOf =
  (check: Check, least = 0): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.every(check);

const service = oneOf(...topology.map(({ name }) => name));
const engine = oneOf('postgres', 'kafka', 'redis');

const faults: Record<Fault['kind'], Record<string, Check>> = {
  kill: { service },
  'kill-at': { service, failpoint: text },
  pause: { service, seconds: positive },
  'engine-restart': { engine },
  'engine-down': { engine, seconds: positive },
  wire: {
    engine,
    wire: oneOf('cut', 'blackhole', 'delay'),
    ms: (ms) => ms === undefined || positive(ms),
    seconds: positive,
  },
  drop: { engine },
  flush: { times: positive },
  'redis-full': { seconds: positive },
  clock: { statements: listOf(text, 1) },
  bank: { behaviour: (value) => typeof value === 'object' && value !== null, seconds: positive },
  rebalance: { groups: listOf(text, 1), seconds: positive },
};

const scenario: Record<string, Check> = {
  id: text,
  breaks: text,
  fault: (value) => typeof value === 'object' && value !== null,
  slotSeconds: positive,
  expect: (value) =>
    wrongIn(value, { metrics: listOf(text, 1), alerts: listOf(text), spans: listOf(text) }) === undefined,
  atRisk: listOf(text, 1),
};

/** The first key that is missing, unknown or has a bad value. */
function wrongIn(value: unknown, shape: Record<string, Check>): string | undefined {
  const given = (value ?? {}) as Record<string, unknown>;
  return Object.keys({ ...shape, ...given }).find((key) => !shape[key]?.(given[key]));
}

export function parseScenario(source: string, name: string): Scenario {
  const raw = parse(source) as Scenario;
  const wrong = wrongIn(raw, scenario);
  if (wrong) throw new Error(`${name}: '${wrong}' is missing, unknown or not what it must be`);
  if (`${raw.id}.yaml` !== name) throw new Error(`${name}: its id is '${raw.id}'`);
  const { kind, ...fault } = raw.fault;
  const shape = faults[kind];
  if (!shape) throw new Error(`${name}: no fault is of the kind '${kind}'`);
  const wrongInFault = wrongIn(fault, shape);
  if (wrongInFault) throw new Error(`${name}: fault.${wrongInFault} is missing, unknown or not what it must be`);
  return raw;
}

const folder = join(root, 'proof/chaos/faults');

/** In the order of their names, so that the same files give the same schedule. */
export const readScenarios = (): Scenario[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => parseScenario(readFileSync(join(folder, name), 'utf8'), name));
