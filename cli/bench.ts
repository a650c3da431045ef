/** `halftone bench NAME`: measures, and holds nothing against a threshold. */
import type { Benchmark } from '@halftone/proof/bench/benchmark.ts';
import { c100k } from '@halftone/proof/bench/realtime/c100k.ts';
import { e2e } from '@halftone/proof/bench/realtime/e2e.ts';
import { fanout } from '@halftone/proof/bench/realtime/fanout.ts';
import { handshake } from '@halftone/proof/bench/realtime/handshake.ts';
import { idle } from '@halftone/proof/bench/realtime/idle.ts';
import { slow } from '@halftone/proof/bench/realtime/slow.ts';
import { idempotency } from '@halftone/proof/bench/idempotency.ts';
import { memory } from '@halftone/proof/bench/memory.ts';
import { orderLatency } from '@halftone/proof/bench/order-latency.ts';
import { orders } from '@halftone/proof/bench/orders.ts';
import { cases } from '@halftone/proof/bench/orders/cases.ts';
import { outbox } from '@halftone/proof/bench/outbox.ts';
import type { ComparedLine, Line } from '@halftone/proof/bench/sample.ts';
import { startup } from '@halftone/proof/bench/startup.ts';
import { transfers } from '@halftone/proof/bench/transfers.ts';
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';

const money = [orders, idempotency, outbox, transfers];
const realtime = [fanout, idle, handshake, slow, e2e, c100k];
export const benchmarks: readonly Benchmark[] = [startup, orderLatency, memory, ...money, ...realtime];

const say = (text: string) => process.stderr.write(`${text}\n`);

const write = (text: string) => process.stdout.write(`${text}\n`);

function show(line: Line | ComparedLine): void {
  const { case: name, unit, ours, n } = line;
  const tail = `${ours.p99 === undefined ? '' : `  p99 ${ours.p99}`}${line.lost === undefined ? '' : `  lost ${line.lost}`}`;
  write(`${name.padEnd(26)} ${ours.median} ${unit}${tail}  [${ours.min} - ${ours.max}]  n=${n}`);
  if (!('peers' in line)) return;
  for (const [peer, { median, min, max }] of Object.entries(line.peers)) {
    write(`  ${peer.padEnd(24)} ${median} ${unit}  [${min} - ${max}]  ours ÷ ${peer} = ${line.ratio[peer]}`);
  }
}

export interface BenchOptions {
  json: boolean;
  rounds?: number;
  connections?: number;
  peers?: string[];
  orders?: number;
  only: string[];
  profile: boolean;
}

/** The names of all cases that `--only` takes. */
export const caseNames = (): string[] => cases.map(({ name }) => name);

export async function run({ json, rounds, ...options }: BenchOptions, name: string): Promise<number> {
  const benchmark = benchmarks.find((one) => one.name === name);
  if (!benchmark) throw new UsageError(`no benchmark is called ${name}`);
  say(benchmark.about);
  for (const one of await benchmark.run({ ...options, rounds: rounds ?? benchmark.rounds, say })) {
    if (json) write(JSON.stringify(one));
    else show(one);
  }
  return 0;
}
