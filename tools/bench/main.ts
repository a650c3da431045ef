/** `npm run bench -- NAME [--json] [--rounds N]`: measures, and holds nothing against a threshold. */
import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { idempotency } from './idempotency.ts';
import { memory } from './memory.ts';
import { orderLatency } from './order-latency.ts';
import { outbox } from './outbox.ts';
import type { Contest, Line } from './sample.ts';
import { startup } from './startup.ts';
import { transfers } from './transfers.ts';
import { runMain } from '../start/run-main.ts';

const benchmarks: readonly Benchmark[] = [startup, orderLatency, memory, idempotency, outbox, transfers];

const say = (text: string) => process.stderr.write(`${text}\n`);

const write = (text: string) => process.stdout.write(`${text}\n`);

function show(line: Line | Contest): void {
  const { case: name, unit, ours, n } = line;
  const tail = ours.p99 === undefined ? '' : `  p99 ${ours.p99}`;
  write(`${name.padEnd(26)} ${ours.median} ${unit}${tail}  [${ours.min} - ${ours.max}]  n=${n}`);
  if (!('peers' in line)) return;
  for (const [peer, { median, min, max }] of Object.entries(line.peers)) {
    write(`  ${peer.padEnd(24)} ${median} ${unit}  [${min} - ${max}]  ours ÷ ${peer} = ${line.ratio[peer]}`);
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, rounds: { type: 'string' } },
  });
  const benchmark = benchmarks.find(({ name }) => name === positionals[0]);
  const rounds = Number(values.rounds ?? benchmark?.rounds);
  if (!benchmark || !Number.isInteger(rounds) || rounds < 1) {
    say('npm run bench -- NAME [--json] [--rounds N]');
    for (const { name, about } of benchmarks) say(`  ${name.padEnd(14)} ${about}`);
    return 64;
  }
  say(benchmark.about);
  const lines = await benchmark.run({ rounds, say });
  for (const one of lines) {
    if (values.json) process.stdout.write(`${JSON.stringify(one)}\n`);
    else show(one);
  }
  return 0;
}

runMain(main, 1);
