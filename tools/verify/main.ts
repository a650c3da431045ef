/**
 * `npm run verify`: exit code 0 only if every invariant holds. `--list`, `--watch` and `--self-test` are other questions; see
 * docs/verify.md.
 */
import { readFileSync } from 'node:fs';
import { argumentsOf, numberOf } from '../command/arguments.ts';
import { messageOf } from '../command/message-of.ts';
import { operationsOf, parseHistory, type Operation } from '../history/history.ts';
import { describe, entryOf } from './catalogue.ts';
import * as report from './report.ts';
import { runningSources } from './sources.ts';
import { allInvariants, verify } from './verify.ts';
import { serveMetrics, Watch } from './watch.ts';

const help = `npm run verify              proves the invariants of the running system; exit code 0 only if every one holds, 2 if it could not judge
--patience SECONDS          how long what is on its way may take (15)
--history FILE              judges what clients were answered as well: JSON lines, as npm run chaos records them
--list                      the invariants, and what each is about
--watch [--every SECONDS]   again and again until it is interrupted; --port PORT serves metrics
--self-test [--only NAME]   plants one bug per invariant in a test build: each must be caught
--json                      JSON lines on stdout
`;

const options = {
  json: { type: 'boolean', default: false },
  patience: { type: 'string', default: '15' },
  history: { type: 'string' },
  list: { type: 'boolean' },
  watch: { type: 'boolean' },
  every: { type: 'string', default: '5' },
  port: { type: 'string' },
  'self-test': { type: 'boolean' },
  only: { type: 'string', multiple: true },
  help: { type: 'boolean', default: false },
} as const;
const { values } = argumentsOf({ options }, help);

// Whoever reads our output may be gone.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const patienceMs = numberOf('patience', values.patience, help) * 1000;

function list(): number {
  for (const invariant of allInvariants) {
    report.say(values.json ? JSON.stringify(entryOf(invariant)) : `${describe(invariant)}\n`);
  }
  return 0;
}

const readHistory = (file: string): Operation[] => operationsOf(parseHistory(readFileSync(file, 'utf8')));

async function once(): Promise<number> {
  const history = values.history === undefined ? undefined : readHistory(values.history);
  const verdict = await verify(runningSources(), { patienceMs, history });
  (values.json ? report.sayVerdictAsJson : report.sayVerdict)(verdict);
  return verdict.ok ? 0 : 1;
}

/** Until it is interrupted; then 0 only if nothing was ever broken. */
async function watch(): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  let broken = false;
  const tell = values.json ? report.sayChangeAsJson : report.sayChange;
  const watching = new Watch(runningSources(), {
    everyMs: numberOf('every', values.every, help) * 1000,
    patienceMs,
    signal: stop.signal,
    changed: (name, standing) => {
      broken ||= standing.state === 'broken';
      tell(name, standing);
    },
    blind: (error) => process.stderr.write(`could not look: ${messageOf(error)}\n`),
  });
  const server =
    values.port === undefined ? undefined : await serveMetrics(watching, numberOf('port', values.port, help));
  const { samples } = await watching.run();
  server?.close();
  (values.json ? report.saySamplesAsJson : report.saySamples)(samples);
  return broken || samples.unbalanced > 0 ? 1 : 0;
}

/** Needs the whole repository, which the image of the tools does not have: found when it is asked for. */
async function selfTest(): Promise<number> {
  const place = './self-test/self-test.ts';
  const { runSelfTest } = (await import(place)) as typeof import('./self-test/self-test.ts');
  return runSelfTest({ json: values.json, only: values.only ?? [] });
}

async function main(): Promise<void> {
  if (values.help) process.stderr.write(help);
  else if (values.list) process.exitCode = list();
  else if (values['self-test']) process.exitCode = await selfTest();
  else process.exitCode = await (values.watch ? watch() : once());
}

main().catch((error: unknown) => {
  const message = messageOf(error);
  if (values.json) report.say(JSON.stringify({ verify: 'failed', error: message }));
  process.stderr.write(`verify could not judge: ${message}\n`);
  process.exitCode = 2;
});
