/** Reads how many requests processes have sent to Kafka. The processes have loaded count-kafka-requests.ts. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventually } from '@halftone/tools/os/waiting.ts';

export interface KafkaRequests {
  produce: number;
  fetch: number;
  commit: number;
  all: number;
}

/** https://kafka.apache.org/protocol#protocol_api_keys */
const apiKeys = { produce: 0, fetch: 1, commit: 8 } as const;

export const counterModule = pathToFileURL(join(import.meta.dirname, 'count-kafka-requests.ts')).href;

export function requestsOf(counts: readonly Readonly<Record<string, number>>[]): KafkaRequests {
  const sumOf = (key: number) => counts.reduce((sum, one) => sum + (one[key] ?? 0), 0);
  const all = counts.flatMap((one) => Object.values(one)).reduce((sum, count) => sum + count, 0);
  return { produce: sumOf(apiKeys.produce), fetch: sumOf(apiKeys.fetch), commit: sumOf(apiKeys.commit), all };
}

/** Since the processes began. */
export async function readKafkaRequests(folder: string, pids: readonly number[]): Promise<KafkaRequests> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const pid of pids) process.kill(pid, 'SIGUSR2');
  return requestsOf(await Promise.all(pids.map((pid) => countsOf(join(folder, `${pid}.json`)))));
}

const countsOf = (file: string): Promise<Record<string, number>> =>
  eventually(`the request counts in ${file}`, () => readIfThere(file), { withinMs: 10_000, everyMs: 5 });

function readIfThere(file: string): Record<string, number> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    // Not written yet.
    return undefined;
  }
}
