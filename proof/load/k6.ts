/** Runs k6 from PATH, else from its official image. Settings go by the environment; output is read line by line. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { capture, findProgram } from '@halftone/tools/os/command.ts';
import { environment, root } from '@halftone/tools/os/config.ts';
import { noteChild } from '@halftone/tools/os/started.ts';
import type { Summary } from './result.ts';

const image = 'grafana/k6:1.8.0';

export interface Invocation {
  command: string;
  args: string[];
}

/** The script's path is relative to the project's folder. Pure. */
export function invocationOf(
  way: { k6: string } | { docker: string },
  script: string,
  settings: Readonly<Record<string, string>>,
  k6Args: readonly string[],
): Invocation {
  // No server of its own: two tests may run at the same time. The lines of the log are read by a program.
  const args = ['run', '--quiet', '--no-usage-report', '--address', '', '--log-format', 'json', ...k6Args, script];
  if ('k6' in way) return { command: way.k6, args };
  const names = Object.keys(settings).flatMap((name) => ['--env', name]);
  const options = [
    '--rm',
    '--interactive',
    '--network',
    'host',
    '--volume',
    `${root}:/halftone:ro`,
    '--workdir',
    '/halftone',
  ];
  return { command: way.docker, args: ['run', ...options, ...names, image, ...args] };
}

/** Rejects with how to get it when neither is there. */
export async function findK6(): Promise<{ k6: string } | { docker: string }> {
  const k6 = findProgram('k6');
  if (k6) return { k6 };
  const docker = findProgram('docker');
  const runs =
    docker &&
    (await capture(docker, ['info'], { timeoutMs: 20_000 }).then(
      () => true,
      () => false,
    ));
  if (docker && runs) return { docker };
  throw new Error(
    'k6 is not on PATH and no Docker engine runs: https://grafana.com/docs/k6/latest/set-up/install-k6/ says how to get k6',
  );
}

interface K6Ended {
  summary: Summary;
  scriptErrors: string[];
}

export interface K6Run {
  /** Asks it to end now; its summary is made all the same. */
  interrupt(): void;
  ended: Promise<K6Ended>;
}

interface LogLine {
  level: string;
  msg: string;
  source?: string;
}

/** A line of k6's log; what isn't one comes from whatever started k6. Pure. */
export function logLineOf(line: string): LogLine {
  try {
    const parsed = JSON.parse(line) as Partial<LogLine>;
    if (typeof parsed.msg === 'string') return { level: '', ...parsed, msg: parsed.msg };
  } catch {
    // Not JSON.
  }
  return { level: 'error', msg: line };
}

/** 99: a threshold is broken, the summary says which; 105: it was interrupted. */
const withSummary = [0, 99, 105];

/** Each is counted, and shown with the numbers. */
const quiet = ['thresholds on metrics', 'Request Failed'];

/** `onLine` gets what the script logs itself, `say` what people should see. */
export function runK6(
  { command, args }: Invocation,
  settings: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
  say: (text: string) => void,
): K6Run {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...environment, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  noteChild(child);
  let out = '';
  let interrupted = false;
  const scriptErrors: string[] = [];
  const said: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  createInterface({ input: child.stderr }).on('line', (line) => {
    const { level, msg, source } = logLineOf(line);
    if (source === 'console' && level === 'info') return onLine(msg);
    said.push(msg);
    // An iteration that throws does not fail a run of k6; a test that can't do its work must.
    if (source === 'stacktrace' && !interrupted) scriptErrors.push(msg.split('\n')[0] ?? msg);
    else if (!interrupted && !quiet.some((beginning) => msg.startsWith(beginning))) say(msg);
  });
  return {
    interrupt: () => {
      interrupted = true;
      child.kill('SIGINT');
    },
    ended: endOf(child).then((code) => {
      if (code === null || !withSummary.includes(code) || !out.trim()) {
        throw new Error(`k6 ended with ${code ?? 'a signal'}: ${said.slice(-3).join('; ') || 'it said nothing'}`);
      }
      return { summary: JSON.parse(out) as Summary, scriptErrors };
    }),
  };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}
