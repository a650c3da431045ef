/**
 * `npm run verify -- --self-test`: verify against systems that are known to be wrong. First all the work without a bug, which must leave
 * everything as it should be; then each bug by itself. Exit code 0 only if every bug is caught by the invariant that is there for it.
 */
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
import { openSandbox, type Sandbox } from '../../harness/sandbox/sandbox.ts';
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { allInvariants, judge, look, verify, type Result } from '../verify.ts';
import { attempt, holds, type Outcome, type Patience, type Subject } from './trial.ts';
import { trials, type Trial } from './trials.ts';
import { Customer, type WorkName } from './customer-work.ts';
import { messageOf } from '@halftone/tools/terminal/message-of.ts';

interface SelfTestOptions {
  json: boolean;
  /** Bugs or invariants; all when it is empty. */
  only: readonly string[];
}

const patience: Patience = { settleMs: 10_000, noticeMs: 15_000, lastMs: 3_000, everyMs: 250 };
const controlPatienceMs = 30_000;

const settles = (name: string): boolean => allInvariants.find((invariant) => invariant.name === name)?.settles ?? false;

/** A sandbox with test builds, and its one customer. */
class TestSystem implements Subject {
  readonly #sandbox: Sandbox;
  readonly #customer: Customer;

  private constructor(sandbox: Sandbox, customer: Customer) {
    this.#sandbox = sandbox;
    this.#customer = customer;
  }

  static async open(signal: AbortSignal, note: (text: string) => void): Promise<TestSystem> {
    const sandbox = await openSandbox({ name: 'self-test', testBuild: true, signal, note });
    try {
      return new TestSystem(sandbox, await Customer.open(sandbox.urls.gateway));
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }

  async look(): Promise<Result[]> {
    const snapshot = await look(this.#sandbox.sources);
    return judge({ ...snapshot, history: this.#customer.history }, allInvariants);
  }

  arm({ bug, in: services }: Trial): Promise<void> {
    return this.#inAll(services, (process) => this.#sandbox.arm(process, `${bug}=bug`));
  }

  disarm({ in: services }: Trial): Promise<void> {
    return this.#inAll(services, (process) => this.#sandbox.disarm(process));
  }

  work({ work }: Pick<Trial, 'work'>): Promise<void> {
    return this.#customer.do(work);
  }

  /** Invariants that do not hold without a bug. */
  async complaints(): Promise<Result[]> {
    const { results } = await verify(this.#sandbox.sources, {
      patienceMs: controlPatienceMs,
      history: this.#customer.history,
    });
    return results.filter(({ ok }) => !ok);
  }

  close(): Promise<void> {
    return this.#sandbox.close();
  }

  async #inAll(
    services: readonly string[],
    act: (process: { name: string; replica: number }) => Promise<void>,
  ): Promise<void> {
    const processes = this.#sandbox.run.services.filter(({ name }) => services.includes(name));
    if (processes.length === 0) throw new Error(`no process of ${services.join(', ')} in the sandbox`);
    for (const process of processes) await act(process);
  }
}

class SelfTest {
  readonly #signal: AbortSignal;
  readonly #json: boolean;
  #system: TestSystem | undefined;

  constructor(json: boolean, signal: AbortSignal) {
    this.#json = json;
    this.#signal = signal;
  }

  async run(chosen: readonly Trial[]): Promise<boolean> {
    try {
      if (!(await this.#control(chosen))) return false;
      let caught = 0;
      for (const trial of chosen) caught += Number((await this.#try(trial)).caught);
      this.#say({ selfTest: caught === chosen.length ? 'ok' : 'failed', caught, of: chosen.length }, [
        `caught ${caught} of ${chosen.length}`,
      ]);
      return caught === chosen.length;
    } finally {
      await this.#closeSystem();
    }
  }

  /** All the work without a bug. */
  async #control(chosen: readonly Trial[]): Promise<boolean> {
    const system = await this.#fresh();
    for (const work of new Set<WorkName>(chosen.map((trial) => trial.work))) await system.work({ work });
    const complaints = await system.complaints();
    const ok = complaints.length === 0;
    const text = ok ? '✔ without a bug everything holds' : '✘ WITHOUT A BUG NOT EVERYTHING HOLDS';
    const lines = complaints.map(({ invariant, counterExample }) => `  ${invariant} ${JSON.stringify(counterExample)}`);
    this.#say({ control: 'no bug', ok, complaints }, [text, ...lines]);
    return ok;
  }

  async #try(trial: Trial): Promise<Outcome> {
    this.#signal.throwIfAborted();
    const { bug, in: services, caughtBy } = trial;
    const outcome = await this.#outcomeOf(trial);
    const { caught, counterExample, also, error } = outcome;
    const where = `${bug} in ${services.join(' and ')}`;
    const text = caught ? `✔ ${where}: caught by ${caughtBy}` : `✘ ${where}: NOT CAUGHT by ${caughtBy}`;
    const aside = also.length > 0 ? ` (also ${also.join(', ')})` : '';
    this.#say({ bug, in: services, invariant: caughtBy, ok: caught, counterExample, also, error }, [
      `${text}${aside}${error ? `: ${error}` : ''}`,
    ]);
    return outcome;
  }

  /** A trial that failed counts as not caught. */
  async #outcomeOf(trial: Trial): Promise<Outcome> {
    try {
      const system = await this.#systemWhere(trial.caughtBy);
      return await attempt(system, trial, { settles: settles(trial.caughtBy), patience });
    } catch (error) {
      this.#signal.throwIfAborted();
      await this.#closeSystem();
      return { caught: false, also: [], error: messageOf(error) };
    }
  }

  /** Returns a system on which the invariant holds; starts a fresh one when an earlier bug has broken it. */
  async #systemWhere(invariant: string): Promise<TestSystem> {
    const system = this.#system;
    if (system && (await holds(system, invariant, { ...patience, settleMs: 1_000 }))) return system;
    const fresh = await this.#fresh();
    if (await holds(fresh, invariant, patience)) return fresh;
    throw new Error(`${invariant} does not hold on a fresh system`);
  }

  async #fresh(): Promise<TestSystem> {
    await this.#closeSystem();
    this.#system = await TestSystem.open(this.#signal, note).catch((error: unknown) => this.#openAgain(error));
    return this.#system;
  }

  async #closeSystem(): Promise<void> {
    const system = this.#system;
    this.#system = undefined;
    await system?.close();
  }

  /** Tries once more when the system does not start. */
  #openAgain(error: unknown): Promise<TestSystem> {
    this.#signal.throwIfAborted();
    note(`the system did not start (${messageOf(error)}), once more`);
    return TestSystem.open(this.#signal, note);
  }

  #say(json: object, lines: readonly string[]): void {
    for (const line of this.#json ? [JSON.stringify(json)] : lines) process.stdout.write(`${line}\n`);
  }
}

const note = (text: string): void => void process.stderr.write(`${text}\n`);

export async function runSelfTest({ json, only }: SelfTestOptions): Promise<number> {
  const names = trials.flatMap(({ bug, caughtBy }) => [bug, caughtBy]);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown) throw new UsageError(`no bug and no invariant is called '${unknown}'`);
  const chosen = trials.filter(
    ({ bug, caughtBy }) => only.length === 0 || only.includes(bug) || only.includes(caughtBy),
  );
  const { signal, exitCode } = onInterruption(() => undefined);
  const ok = await new SelfTest(json, signal).run(chosen);
  return exitCode() || (ok ? 0 : 1);
}
