/** `npm run bench -- NAME [--json] [--rounds N]`: measures, and holds nothing against a threshold. */
import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';
import { c100k } from './realtime/c100k.ts';
import { e2e } from './realtime/e2e.ts';
import { fanout } from './realtime/fanout.ts';
import { handshake } from './realtime/handshake.ts';
import { idle } from './realtime/idle.ts';
import { slow } from './realtime/slow.ts';
import { idempotency } from './idempotency.ts';
import { memory } from './memory.ts';
import { orderLatency } from './order-latency.ts';
import { outbox } from './outbox.ts';
import type { Contest, Line } from './sample.ts';
import { startup } from './startup.ts';
import { transfers } from './transfers.ts';
import { runMain } from '../command/run-main.ts';

const money = [idempotency, outbox, transfers];
const realtime = [fanout, idle, handshake, slow, e2e, c100k];
const benchmarks: readonly Benchmark[] = [startup, orderLatency, memory, ...money, ...realtime];

const say = (text: string) => process.stderr.write(`${text}\n`);

const write = (text: string) => process.stdout.write(`${text}\n`);

function show(line: Line | Contest): void {
  const { case: name, unit, ours, n } = line;
  const tail = `${ours.p99 === undefined ? '' : `  p99 ${ours.p99}`}${line.lost === undefined ? '' : `  lost ${line.lost}`}`;
  write(`${name.padEnd(26)} ${ours.median} ${unit}${tail}  [${ours.min} - ${ours.max}]  n=${n}`);
  if (!('peers' in line)) return;
  for (const [peer, { median, min, max }] of Object.entries(line.peers)) {
    write(`  ${peer.padEnd(24)} ${median} ${unit}  [${min} - ${max}]  ours ÷ ${peer} = ${line.ratio[peer]}`);
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      connections: { type: 'string' },
      peers: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const benchmark = benchmarks.find(({ name }) => name === positionals[0]);
  const rounds = Number(values.rounds ?? benchmark?.rounds);
  const connections = values.connections === undefined ? undefined : Number(values.connections);
  const natural = [rounds, connections ?? 1].every((number) => Number.isInteger(number) && number >= 1);
  if (!benchmark || !natural || values.help) {
    say('npm run bench -- NAME [--json] [--rounds N] [--connections N] [--peers ws,bun]');
    for (const { name, about } of benchmarks) say(`  ${name.padEnd(14)} ${about}`);
    return values.help ? 0 : 64;
  }
  say(benchmark.about);
  const peers = values.peers?.split(',').filter(Boolean);
  const lines = await benchmark.run({ rounds, connections, peers, say });
  for (const one of lines) {
    if (values.json) process.stdout.write(`${JSON.stringify(one)}\n`);
    else show(one);
  }
  return 0;
}

runMain(main, 1);
