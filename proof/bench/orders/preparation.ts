/** Prepares what both shops are started with. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { programHome } from '@halftone/tools/os/config.ts';
import type { BenchOptions } from '../benchmark.ts';
import { customersOf, usual, type Case } from './cases.ts';
import { counterModule } from './kafka-requests.ts';

export interface Preparation {
  /** Each has enough money for all orders. */
  customers: readonly string[];
  /** Environment of a process: loads the counter of Kafka requests, and the profiler if one is wanted. */
  environmentOf: (process: string) => Record<string, string>;
  /** Where processes write how many requests they sent to Kafka. */
  countsFolder: string;
  note: (text: string) => void;
  signal: AbortSignal;
}

/** A profile is written when its process ends. */
function newProfilesFolder(): string {
  const folder = join(programHome, 'profiles', new Date().toISOString().replaceAll(/[:.]/g, '-'));
  mkdirSync(folder, { recursive: true });
  return folder;
}

export function preparationOf(
  { profile, say }: BenchOptions,
  cases: readonly Case[],
  signal: AbortSignal,
): Preparation {
  const countsFolder = join(programHome, 'bench-orders-counts');
  const profiles = profile ? newProfilesFolder() : undefined;
  if (profiles) say(`CPU profiles: ${profiles}`);
  const environmentOf = (name: string) => {
    const profiler = profiles ? ` --cpu-prof --cpu-prof-dir=${join(profiles, name)}` : '';
    return { NODE_OPTIONS: `--import ${counterModule}${profiler}`, KAFKA_COUNTS_FOLDER: countsFolder };
  };
  const customers = customersOf(Math.max(usual.customers, ...cases.map((one) => one.customers)));
  return { customers, environmentOf, countsFolder, note: say, signal };
}
