/**
 * `halftone verify`: exit code 0 only if every invariant holds. `--list`, `--watch` and `--self-test` are other questions; see
 * docs/verify.md.
 */
import { readFileSync } from 'node:fs';
import { exitCodeOf, exUnavailable, exUsage } from '@halftone/tools/terminal/exit-code.ts';
import { messageOf } from '@halftone/tools/terminal/message-of.ts';
import { operationsOf, parseHistory, type Operation } from '@halftone/proof/harness/workload/history.ts';
import { describe, entryOf } from '@halftone/proof/verify/catalogue.ts';
import * as report from '@halftone/proof/verify/report.ts';
import { runningSources } from '@halftone/proof/verify/sources.ts';
import { allInvariants, verify } from '@halftone/proof/verify/verify.ts';
import { serveMetrics, Watch } from '@halftone/proof/verify/watch.ts';

export interface VerifyOptions {
  json: boolean;
  patience: number;
  history?: string;
  list: boolean;
  watch: boolean;
  every: number;
  port?: number;
  selfTest: boolean;
  only: string[];
}

function list(json: boolean): number {
  for (const invariant of allInvariants) {
    report.say(json ? JSON.stringify(entryOf(invariant)) : `${describe(invariant)}\n`);
  }
  return 0;
}

const readHistory = (file: string): Operation[] => operationsOf(parseHistory(readFileSync(file, 'utf8')));

async function once({ json, patience, history: file }: VerifyOptions): Promise<number> {
  const history = file === undefined ? undefined : readHistory(file);
  const verdict = await verify(runningSources(), { patienceMs: patience * 1000, history });
  (json ? report.sayVerdictAsJson : report.sayVerdict)(verdict);
  return verdict.ok ? 0 : 1;
}

/** Until it is interrupted; then 0 only if nothing was ever broken. */
async function watch({ json, every, patience, port }: VerifyOptions): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  let broken = false;
  const reportChange = json ? report.sayChangeAsJson : report.sayChange;
  const watching = new Watch(runningSources(), {
    everyMs: every * 1000,
    patienceMs: patience * 1000,
    signal: stop.signal,
    changed: (name, status) => {
      broken ||= status.state === 'broken';
      reportChange(name, status);
    },
    blind: (error) => process.stderr.write(`could not look: ${messageOf(error)}\n`),
  });
  const server = port === undefined ? undefined : await serveMetrics(watching, port);
  const { samples } = await watching.run();
  server?.close();
  (json ? report.saySamplesAsJson : report.saySamples)(samples);
  return broken || samples.unbalanced > 0 ? 1 : 0;
}

/** Needs the whole repository, which the image of the tools does not have, so it is imported only here. */
async function selfTest({ json, only }: VerifyOptions): Promise<number> {
  const place = '@halftone/proof/verify/self-test/self-test.ts';
  const { runSelfTest } = (await import(place)) as typeof import('@halftone/proof/verify/self-test/self-test.ts');
  return runSelfTest({ json, only });
}

function answer(options: VerifyOptions): Promise<number> | number {
  if (options.list) return list(options.json);
  if (options.selfTest) return selfTest(options);
  return options.watch ? watch(options) : once(options);
}

export async function run(options: VerifyOptions): Promise<number> {
  try {
    return await answer(options);
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === exUsage) throw error;
    const message = messageOf(error);
    if (options.json) report.say(JSON.stringify({ verify: 'failed', error: message }));
    process.stderr.write(`verify could not judge: ${message}\n`);
    return code === 1 ? exUnavailable : code;
  }
}
