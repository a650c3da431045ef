/** A Prometheus on the processes of `npm start`, with the rules of the chart: for looking, and for the panel check without a cluster. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findProgram } from '../../os/command.ts';
import { home } from '../../os/config.ts';
import { noteChild } from '../../os/started.ts';
import { freePort } from '@halftone/local';
import { readRun, type ServiceState } from '../../os/run-state.ts';
import { Unavailable } from '../../os/unavailable.ts';
import { ruleFiles } from './rules.ts';
import { rest } from '../../os/waiting.ts';

const folder = join(home, 'prometheus');
const configuration = join(folder, 'prometheus.yaml');
const everySeconds = 5;

/** The labels that the chart gives to pods. */
const target = ({ name, replica, http }: ServiceState) => ({
  targets: [new URL(http).host],
  labels: { service: name, pod: `${name}-${replica}` },
});

const configurationFor = (services: readonly ServiceState[]): string =>
  stringify({
    global: {
      scrape_interval: `${everySeconds}s`,
      scrape_timeout: `${everySeconds}s`,
      evaluation_interval: `${everySeconds}s`,
    },
    rule_files: ruleFiles(),
    scrape_configs: [{ job_name: 'halftone', static_configs: services.map(target) }],
  });

/** Runs until the signal; follows processes that come, go, or move to another port. */
export async function watch(signal: AbortSignal, say: (line: string) => void, wantedPort?: number): Promise<void> {
  const program = findProgram('prometheus');
  if (!program)
    throw new Unavailable('prometheus is not on PATH: install it, or deploy the chart with the profile full');
  if (!readRun().services?.length) throw new Unavailable('no shop runs here: start it with npm start');
  const port = await freePort(wantedPort ?? 9090);
  let written = write();
  const child = start(program, port);
  noteChild(child);
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Unavailable(`prometheus ended with code ${code}; its words are above`)));
  });
  say(`http://127.0.0.1:${port} scrapes ${readRun().services?.length} processes every ${everySeconds} s`);
  try {
    while (!signal.aborted) {
      await Promise.race([rest(2_000, signal), ended]);
      if (written === (written = write())) continue;
      child.kill('SIGHUP');
      say(`now ${readRun().services?.length ?? 0} processes`);
    }
  } finally {
    // Its end is wanted now, and is not awaited any more.
    ended.catch(() => undefined);
    child.kill('SIGTERM');
  }
}

function write(): string {
  const text = configurationFor(readRun().services ?? []);
  mkdirSync(folder, { recursive: true });
  writeFileSync(configuration, text);
  return text;
}

const start = (program: string, port: number): ChildProcess =>
  spawn(
    program,
    [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=6h',
      '--enable-feature=exemplar-storage',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 2, 2] },
  );
