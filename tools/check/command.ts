/** Runs a program of the check to its end and keeps what it said, both streams as they came. */
import { spawn } from 'node:child_process';
import { environment, root } from '../os/config.ts';
import { noteChild } from '../os/started.ts';

export interface Finished {
  code: number;
  output: string;
}

export interface RunOptions {
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  signal: AbortSignal;
  /** Called with each line. */
  onLine?: (line: string) => void;
}

/** Nx without the process that stays behind, and without its screen. */
const quietNx = { NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false', NX_TUI: 'false', FORCE_COLOR: '0' };

export function run(
  command: string,
  args: readonly string[],
  { env, cwd = root, signal, onLine }: RunOptions,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(command, args, {
      cwd,
      env: { ...environment, ...quietNx, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    noteChild(child);
    let output = '';
    let line = '';
    const read = (text: string) => {
      output += text;
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      lines.forEach((whole) => onLine?.(whole));
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    const stop = () => child.pid && process.kill(-child.pid, 'SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** A program that npm has installed, run by this Node. */
export const runNode = (script: string, args: readonly string[], options: RunOptions): Promise<Finished> =>
  run(process.execPath, [script, ...args], options);
