/**
 * One process that is kept alive: whenever it ends it is started again with the same ports, after a growing wait.
 * A process that says its configuration is bad (exit code 78) is not: it would say so for ever.
 */
import { nextDelay } from './backoff.ts';
import { forgetProcess, noteProcess } from '../os/started.ts';
import { isAlive, killGroup, launch, stopProcess } from '../os/os-process.ts';
import type { Exit, Launch, OsProcess } from '../os/os-process.ts';

const badConfiguration = 78;

export class Supervised {
  #current: OsProcess | undefined;
  #stopping = false;
  #timer: NodeJS.Timeout | undefined;
  #runs = 0;
  #gaveUp: Exit | undefined;
  readonly #how: Launch;
  readonly #changed: () => void;
  readonly #beforeStart: () => void;

  /** `beforeStart` is called before each start, `changed` after it. */
  constructor(how: Launch, changed: () => void, beforeStart: () => void = () => undefined) {
    this.#how = how;
    this.#changed = changed;
    this.#beforeStart = beforeStart;
  }

  get process(): OsProcess | undefined {
    return this.#current;
  }

  /** How it ended when it is not started again. */
  get gaveUp(): Exit | undefined {
    return this.#gaveUp;
  }

  async start(previousDelay?: number): Promise<void> {
    const begun = Date.now();
    this.#beforeStart();
    const { exited, ...process } = await launch({ ...this.#how, append: this.#runs++ > 0 });
    this.#current = process;
    noteProcess(process);
    void exited.then(() => forgetProcess(process.pid));
    void exited.then((exit) => this.#ended(exit, previousDelay, Date.now() - begun));
    // The order to stop may have come while the process was being made.
    if (this.#stopping) killGroup(process);
    else this.#changed();
  }

  #ended(exit: Exit, previousDelay: number | undefined, aliveMs: number): void {
    if (this.#stopping) return;
    if (exit.code === badConfiguration) {
      this.#gaveUp = exit;
      return;
    }
    const delay = nextDelay(previousDelay, aliveMs);
    this.#timer = setTimeout(() => {
      // A machine that cannot make a process now may later.
      this.start(delay).catch(() => this.#ended({ code: null, signal: null }, delay, 0));
    }, delay);
  }

  /** It ends in its own time, and like any process that ends it is started again. */
  restart(): void {
    if (this.#current && isAlive(this.#current)) process.kill(this.#current.pid, 'SIGTERM');
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    if (this.#current) await stopProcess(this.#current, 'SIGTERM', graceMs);
  }

  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#timer);
    if (this.#current && isAlive(this.#current)) killGroup(this.#current);
  }
}
