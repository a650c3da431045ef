/** The faults: one file each in faults/. A wrong file is refused with its name and the wrong field. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '@halftone/tools/os/config.ts';
import { topology } from '@halftone/tools/shop/topology.ts';
import { z } from 'zod';

const text = z.string().min(1);
const texts = z.array(text).min(1);
const seconds = z.number().positive();
const service = z.enum(topology.map(({ name }) => name));
const engine = z.enum(['postgres', 'kafka', 'redis']);
const behaviour = z.record(text, z.union([z.number(), z.boolean()]));

const fault = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('kill'), service }),
    /** The failpoint is armed in every replica; the first process that reaches it is killed. */
    z.strictObject({ kind: z.literal('kill-at'), service, failpoint: text }),
    z.strictObject({ kind: z.literal('pause'), service, seconds }),
    z.strictObject({ kind: z.literal('engine-restart'), engine }),
    z.strictObject({ kind: z.literal('engine-down'), engine, seconds }),
    z.strictObject({
      kind: z.literal('wire'),
      engine,
      wire: z.enum(['cut', 'blackhole', 'delay']),
      ms: z.number().positive().exactOptional(),
      seconds,
    }),
    z.strictObject({ kind: z.literal('drop'), engine }),
    z.strictObject({ kind: z.literal('flush'), times: z.number().positive() }),
    z.strictObject({ kind: z.literal('redis-full'), seconds }),
    z.strictObject({ kind: z.literal('clock'), statements: texts }),
    z.strictObject({ kind: z.literal('bank'), behaviour, seconds }),
    z.strictObject({ kind: z.literal('rebalance'), groups: texts, seconds }),
  ],
  { error: ({ code, input }) => (code === 'invalid_union' ? unknownKind(input) : undefined) },
);

const unknownKind = (input: unknown): string => `no fault is of the kind '${(input as { kind?: string }).kind}'`;

const scenario = z.strictObject({
  id: text,
  /** One line about what is broken, for people. */
  breaks: text,
  fault,
  /** How long it has until the next one, its own duration and the recovery included. */
  slotSeconds: seconds,
  /** The metrics, alerts and spans that should show the fault. */
  expect: z.strictObject({ metrics: texts, alerts: z.array(text), spans: z.array(text) }),
  /** Invariants of `verify` that break first if the system does not tolerate the fault. */
  atRisk: texts,
});

export type Fault = z.infer<typeof fault>;
export type Scenario = z.infer<typeof scenario>;

const problemOf = ({ path, message }: z.core.$ZodIssue): string => [path.join('.'), message].filter(Boolean).join(': ');

/** Throws with the name of the file and the path of each field that is wrong. */
export function parseScenario(source: string, name: string): Scenario {
  const { data, error } = scenario.safeParse(parse(source));
  if (error) throw new Error(error.issues.map((issue) => `${name}: ${problemOf(issue)}`).join('\n'));
  if (`${data.id}.yaml` !== name) throw new Error(`${name}: its id is '${data.id}'`);
  return data;
}

const folder = join(root, 'proof/chaos/faults');

/** In the order of their names, so that the same files give the same schedule. */
export const readScenarios = (): Scenario[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => parseScenario(readFileSync(join(folder, name), 'utf8'), name));
