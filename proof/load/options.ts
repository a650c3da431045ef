/** The options of `halftone load`. Pure. */
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
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

/** As they were given. */
export interface LoadOptions {
  url?: string;
  graph?: string;
  realtime?: string;
  grpc?: string;
  duration?: string;
  rate?: string;
  vus?: string;
  threshold: string[];
  k6Arg: string[];
  patient: boolean;
  list: boolean;
  json: boolean;
}

/** Throws UsageError. */
export const askedOf = (name: string | undefined, options: LoadOptions): Asked => ({
  test: find(name),
  json: options.json,
  patient: options.patient,
  url: options.url,
  graph: options.graph,
  realtime: options.realtime,
  grpc: options.grpc,
  duration: durationOf(options.duration),
  rate: numberOf('--rate', options.rate),
  vus: numberOf('--vus', options.vus),
  thresholds: thresholdsOf(options.threshold),
  k6Args: options.k6Arg,
});

function find(name: string | undefined): LoadTest {
  const names = loadTests.map((test) => test.name).join(', ');
  if (name === undefined) throw new UsageError(`name one load test: ${names}`);
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
