/** Short commands that are run for their result. On abort the whole process group is ended, grandchildren included. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { environment, searchPath } from './config.ts';
import { noteChild } from './started.ts';
import { Unavailable } from './unavailable.ts';

export interface CommandOptions {
  cwd?: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** The text on the program's standard input. */
  input?: string;
  user?: { uid: number; gid: number } | undefined;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/** The message is the most useful line; `output` is the full output. */
export class CommandFailed extends Unavailable {
  readonly output: string;

  constructor(message: string, output: string) {
    super(message);
    this.output = output;
  }
}

/** The program's file on PATH. */
export function findProgram(name: string, folders: readonly string[] = searchPath): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not to be executed by this user.
    return false;
  }
}

/** Standard output; throws CommandFailed when the program fails. */
export function capture(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { cwd, env = environment, input, user, timeoutMs = 600_000, signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(command, args, { cwd, env, detached: true, stdio: 'pipe', ...user });
    noteChild(child);
    // A program that ends before it has read everything says so by its exit code.
    child.stdin.on('error', () => undefined).end(input);
    const said: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
    }
    let ended = '';
    const end = (why: string) => {
      ended ||= why;
      if (child.pid) killTree(child.pid);
    };
    const timer = setTimeout(() => end(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
    const aborted = () => end('interrupted');
    signal?.addEventListener('abort', aborted);
    const settle = (code: number | null, failure?: string) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve(said.stdout);
      else {
        const output = `${said.stdout}\n${said.stderr}`;
        const name = command.split('/').at(-1);
        reject(new CommandFailed(`${name}: ${ended || failure || lineWithReason(output)}`, output));
      }
    };
    child.once('error', (error) => settle(null, error.message));
    child.once('close', (code) => settle(code));
  });
}

function killTree(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

function lineWithReason(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const error = lines.find((line) => /(^|\W)(error|fatal)\b/i.test(line));
  return (error ?? lines.filter(Boolean).at(-1) ?? 'it failed without a word').slice(0, 300);
}
