/** What `npm run load -- …` was asked for. Pure. */
import { parseArgs } from 'node:util';
import { loadTests, type LoadTest } from './tests.ts';

export interface Asked {
  test: LoadTest;
  json: boolean;
  patient: boolean;
  url?: string | undefined;
  graph?: string | undefined;
  realtime?: string | undefined;
  grpc?: string | undefined;
  duration?: string | undefined;
  rate?: number | undefined;
  vus?: number | undefined;
  /** Metric → expressions that replace its thresholds. */
  thresholds: Record<string, string[]>;
  k6Args: string[];
}

/** The command line can't be understood; the message says what to write instead. */
export class UsageError extends Error {}

const options = {
  url: { type: 'string' },
  graph: { type: 'string' },
  realtime: { type: 'string' },
  grpc: { type: 'string' },
  duration: { type: 'string' },
  rate: { type: 'string' },
  vus: { type: 'string' },
  threshold: { type: 'string', multiple: true },
  'k6-arg': { type: 'string', multiple: true },
  patient: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

export const usage = [
  'npm run load -- NAME [--url http://…] [--graph URL] [--realtime URL,…] [--grpc HOST:PORT] [--duration 60s] [--rate N] [--vus N]',
  '                     [--patient] [--threshold METRIC=EXPRESSION] [--json] [--k6-arg ARG] [--list]',
  ...loadTests.map(({ name, about }) => `  ${name.padEnd(9)} ${about}`),
  'Without --url it is the system that npm start runs, else one that is started for the test and stopped after it.',
  '--rate: orders a second; --vus: listeners (smoke: customers); --patient: a first try may fail when a later one succeeds.',
].join('\n');

/** Undefined when only the list was asked for. */
export function parse(args: readonly string[]): Asked | undefined {
  const { values, positionals } = understood(args);
  if (values.list || values.help) return undefined;
  return {
    test: find(positionals),
    json: values.json,
    patient: values.patient,
    url: values.url,
    graph: values.graph,
    realtime: values.realtime,
    grpc: values.grpc,
    duration: durationOf(values.duration),
    rate: numberOf('--rate', values.rate),
    vus: numberOf('--vus', values.vus),
    thresholds: thresholdsOf(values.threshold ?? []),
    k6Args: values['k6-arg'] ?? [],
  };
}

function understood(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function find([name, ...more]: readonly string[]): LoadTest {
  const names = loadTests.map((test) => test.name).join(', ');
  if (name === undefined || more.length > 0) throw new UsageError(`name one load test: ${names}`);
  const test = loadTests.find((one) => one.name === name);
  if (!test) throw new UsageError(`there is no load test ${JSON.stringify(name)}; there are: ${names}`);
  return test;
}

function durationOf(value: string | undefined): string | undefined {
  if (value === undefined || /^(\d+(\.\d+)?(ms|s|m|h))+$/.test(value)) return value;
  throw new UsageError(`--duration ${value}: write it like 30s, 10m or 1h30m`);
}

function numberOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!(number > 0)) throw new UsageError(`${name} ${value}: a number above 0 is wanted`);
  return number;
}

function thresholdsOf(given: readonly string[]): Record<string, string[]> {
  const thresholds: Record<string, string[]> = {};
  for (const one of given) {
    const [, metric, expression] = /^([a-z][\w]*(?:\{[^}]*\})?)=(.+)$/.exec(one) ?? [];
    if (!metric || !expression)
      throw new UsageError(`--threshold ${one}: write METRIC=EXPRESSION, like 'answer_ms=p(95)<100'`);
    (thresholds[metric] ??= []).push(expression);
  }
  return thresholds;
}
