/** `npm start`: everything from nothing to a running shop, and a tour through it. */
import { parseArgs } from 'node:util';
import { Progress } from './progress.ts';
import { runMain } from '../command/run-main.ts';
import { start } from './start.ts';

const help = `npm start                 builds, starts the engines and services, takes the tour, prints the URLs and stays up
npm start -- --once       stops after the tour; the exit code is 0 only if every step held
npm start -- --no-tour    starts only
npm start -- --json       one JSON line per step on stdout and a last one with the outcome; words on stderr

GATEWAY_PORT, GRAPH_PORT, REALTIME_PORT: use these ports. HALFTONE_ENGINES=docker|path|packages: get the engines in this way only.
DATABASE_URL, KAFKA_BROKERS, REDIS_URL: use engines that run elsewhere.
`;

// Whoever read our output may be gone; stopping properly matters more than telling about it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'no-tour': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stderr.write(help);
    return 0;
  }
  return start({ once: values.once, json: values.json, tour: !values['no-tour'] }, new Progress(values.json));
}

runMain(main);
