import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program in its own process, so a test continues when the program hangs or dies. */
export class Program {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (text) => (this.output += String(text)));
    child.stderr?.on('data', (text) => (this.output += String(text)));
  }

  static start(path: string, env: Readonly<Record<string, string>>): Program {
    const args = ['--disable-warning=TimeoutNegativeWarning', path];
    return new Program(spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Everything it has written to stdout and stderr. */
  get log(): string {
    return this.output;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL' | 'SIGTERM'): void {
    this.child.kill(name);
  }

  async ended(): Promise<void> {
    if (!this.hasEnded) await once(this.child, 'exit');
  }

  async end(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGKILL');
    await this.ended();
  }
}
