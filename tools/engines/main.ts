/** `npm run engines`: PostgreSQL, Kafka and Valkey alone. */
import { parseArgs } from 'node:util';
import { keepEngines, startEngines, stopEngines } from './engines.ts';
import { aborted, onInterruption } from './interruption.ts';
import { runningSystem } from './run-state.ts';
import { runMain } from '../command/run-main.ts';

const help = `npm run engines             starts the engines that do not run yet, stops them on Ctrl-C
npm run engines -- --detach  starts them and leaves them running
npm run engines -- stop      stops them

--json   one JSON line with what runs, words on stderr
DATABASE_URL, KAFKA_BROKERS, REDIS_URL: use these. HALFTONE_ENGINES=docker|path|packages: start them in this way only.
`;

const say = (text: string) => process.stderr.write(`${text}\n`);

// Whoever read our output may be gone; what was started must still be stopped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { detach: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    say(help);
    return 0;
  }
  if (positionals[0] === 'stop') return stop();
  const { signal } = onInterruption(() => undefined);
  const { engines, ready } = await startEngines({ signal, note: say });
  await ready;
  if (values.json) process.stdout.write(`${JSON.stringify({ engines })}\n`);
  for (const { way, ...at } of [engines.postgres, engines.kafka, engines.redis]) {
    say(`${'url' in at ? at.url.replace(/:[^:@/]*@/, ':…@') : at.brokers} (${way})`);
  }
  if (values.detach) keepEngines();
  else await aborted(signal).then(() => stopEngines(false));
  return 0;
}

async function stop(): Promise<number> {
  const system = runningSystem();
  if (system) say(`Halftone runs (pid ${system.owner.pid}) and needs its engines; stop it first`);
  else await stopEngines(true);
  return system ? 1 : 0;
}

runMain(main, 1);
