import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../os/config.ts';

const execute = promisify(execFile);

/** Jest's and Nx's own settings would lead the programs of the copy back to this tree. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(NX_|JEST_|TIER$|NODE_ENV$|HALFTONE_|npm_)/.test(name)),
);
const quiet = { ...environment, NX_DAEMON: 'false', NX_TUI: 'false', CI: 'true', FORCE_COLOR: '0' };

/**
 * A copy of the tracked files, in which a test may change everything. It lies below the project's folder, where the compiler finds
 * the packages; only the projects of the workspace are linked anew, to those of the copy.
 */
export class Scratch {
  readonly folder: string;
  readonly #children: ChildProcess[] = [];
  readonly #runs: Promise<unknown>[] = [];

  constructor() {
    mkdirSync(join(root, '.halftone'), { recursive: true });
    this.folder = mkdtempSync(join(root, '.halftone/scratch-'));
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
    for (const file of listed.toString().split('\0').filter(Boolean))
      if (existsSync(join(root, file))) cpSync(join(root, file), join(this.folder, file));
    this.#link();
  }

  #link(): void {
    const [from, to] = [root, this.folder].map((folder) => join(folder, 'node_modules')) as [string, string];
    mkdirSync(join(to, '@halftone'), { recursive: true });
    for (const name of readdirSync(from)) if (name !== '@halftone') symlinkSync(join(from, name), join(to, name));
    for (const name of readdirSync(join(from, '@halftone')))
      symlinkSync(readlinkSync(join(from, '@halftone', name)), join(to, '@halftone', name));
  }

  /** The output of a program of npm; throws with it when the program fails. */
  run(program: string, ...args: readonly string[]): Promise<string> {
    const run = this.#run(program, args);
    this.#runs.push(run.catch(() => undefined));
    return run;
  }

  async #run(program: string, args: readonly string[]): Promise<string> {
    const path = `${join(this.folder, 'node_modules/.bin')}:${environment['PATH']}`;
    const options = { cwd: this.folder, env: { ...quiet, PATH: path }, maxBuffer: 64 * 1024 * 1024 };
    try {
      const { stdout, stderr } = await execute(program, args, options);
      return stdout + stderr;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
    }
  }

  /** The JSON that a module of the copy prints; it gets `input`. */
  async ask<Answer>(source: string, input: unknown = {}): Promise<Answer> {
    const program = `const input = JSON.parse(process.argv[1]);\n${source}`;
    const args = ['--input-type=module', '--eval', program, JSON.stringify(input)];
    const { stdout } = await execute(process.execPath, args, { cwd: this.folder, env: quiet });
    return JSON.parse(stdout) as Answer;
  }

  /** A service of the copy, with this environment alone. */
  start(service: string, env: Readonly<Record<string, string>>): ChildProcess {
    const main = join(this.folder, 'apps', service, 'bundle/main.js');
    const child = spawn(process.execPath, [main], { env: { ...env, LOG_LEVEL: 'error' }, stdio: 'inherit' });
    this.#children.push(child);
    return child;
  }

  async remove(): Promise<void> {
    const running = this.#children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const ended = running.map((child) => once(child, 'exit'));
    for (const child of running) child.kill('SIGTERM');
    // A child that still runs would write into the folder.
    await Promise.all([...ended, ...this.#runs]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
