/**
 * `npm run verify -- --self-test`: verify against systems that are known to be wrong. First all the work without a bug, which must leave
 * everything as it should be; then each bug by itself. Exit code 0 only if every bug is caught by the invariant that is there for it.
 */
import { openArena, type Arena } from '../../arena/arena.ts';
import { onInterruption } from '../../engines/interruption.ts';
import { allInvariants, judge, look, verify, type Result } from '../verify.ts';
import { attempt, holds, type Outcome, type Patience, type Subject } from './trial.ts';
import { trials, type Trial } from './trials.ts';
import { Customer, type WorkName } from './works.ts';
import { messageOf } from '../../command/message-of.ts';

export interface SelfTestOptions {
  json: boolean;
  /** Bugs or invariants; all when it is empty. */
  only: readonly string[];
}

const patience: Patience = { settleMs: 10_000, noticeMs: 15_000, lastMs: 3_000, everyMs: 250 };
const controlPatienceMs = 30_000;

const settles = (name: string): boolean => allInvariants.find((invariant) => invariant.name === name)?.settles ?? false;

/** A system with test builds of the services, and its one customer. */
class Patient implements Subject {
  readonly #arena: Arena;
  readonly #customer: Customer;

  private constructor(arena: Arena, customer: Customer) {
    this.#arena = arena;
    this.#customer = customer;
  }

  static async open(signal: AbortSignal, note: (text: string) => void): Promise<Patient> {
    const arena = await openArena({ name: 'self-test', testBuild: true, signal, note });
    try {
      return new Patient(arena, await Customer.open(arena.urls.gateway));
    } catch (error) {
      await arena.close();
      throw error;
    }
  }

  async look(): Promise<Result[]> {
    const snapshot = await look(this.#arena.sources);
    return judge({ ...snapshot, history: this.#customer.history }, allInvariants);
  }

  arm({ bug, in: services }: Trial): Promise<void> {
    return this.#inAll(services, (process) => this.#arena.arm(process, `${bug}=bug`));
  }

  disarm({ in: services }: Trial): Promise<void> {
    return this.#inAll(services, (process) => this.#arena.disarm(process));
  }

  work({ work }: Pick<Trial, 'work'>): Promise<void> {
    return this.#customer.do(work);
  }

  /** What does not hold though there is no bug. */
  async complaints(): Promise<Result[]> {
    const { results } = await verify(this.#arena.sources, {
      patienceMs: controlPatienceMs,
      history: this.#customer.history,
    });
    return results.filter(({ ok }) => !ok);
  }

  close(): Promise<void> {
    return this.#arena.close();
  }

  async #inAll(
    services: readonly string[],
    act: (process: { name: string; replica: number }) => Promise<void>,
  ): Promise<void> {
    const processes = this.#arena.run.services.filter(({ name }) => services.includes(name));
    if (processes.length === 0) throw new Error(`no process of ${services.join(', ')} in the arena`);
    for (const process of processes) await act(process);
  }
}

class SelfTest {
  readonly #signal: AbortSignal;
  readonly #json: boolean;
  #patient: Patient | undefined;

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
      await this.#discharge();
    }
  }

  /** All the work without a bug. */
  async #control(chosen: readonly Trial[]): Promise<boolean> {
    const patient = await this.#fresh();
    for (const work of new Set<WorkName>(chosen.map((trial) => trial.work))) await patient.work({ work });
    const complaints = await patient.complaints();
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

  /** A bug that could not be tried is not caught. */
  async #outcomeOf(trial: Trial): Promise<Outcome> {
    try {
      const patient = await this.#healthy(trial.caughtBy);
      return await attempt(patient, trial, { settles: settles(trial.caughtBy), patience });
    } catch (error) {
      this.#signal.throwIfAborted();
      await this.#discharge();
      return { caught: false, also: [], error: messageOf(error) };
    }
  }

  /** What earlier bugs have spoiled is no proof: where the invariant does not hold already, a fresh system is taken. */
  async #healthy(invariant: string): Promise<Patient> {
    const patient = this.#patient;
    if (patient && (await holds(patient, invariant, { ...patience, settleMs: 1_000 }))) return patient;
    const fresh = await this.#fresh();
    if (await holds(fresh, invariant, patience)) return fresh;
    throw new Error(`${invariant} does not hold on a fresh system`);
  }

  async #fresh(): Promise<Patient> {
    await this.#discharge();
    this.#patient = await Patient.open(this.#signal, note).catch((error: unknown) => this.#openAgain(error));
    return this.#patient;
  }

  async #discharge(): Promise<void> {
    const patient = this.#patient;
    this.#patient = undefined;
    await patient?.close();
  }

  /** That an engine does not start says nothing about a bug. */
  #openAgain(error: unknown): Promise<Patient> {
    this.#signal.throwIfAborted();
    note(`the system did not start (${messageOf(error)}), once more`);
    return Patient.open(this.#signal, note);
  }

  #say(json: object, lines: readonly string[]): void {
    for (const line of this.#json ? [JSON.stringify(json)] : lines) process.stdout.write(`${line}\n`);
  }
}

const note = (text: string): void => void process.stderr.write(`${text}\n`);

export async function runSelfTest({ json, only }: SelfTestOptions): Promise<number> {
  const names = trials.flatMap(({ bug, caughtBy }) => [bug, caughtBy]);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown) throw new Error(`no bug and no invariant is called '${unknown}'`);
  const chosen = trials.filter(
    ({ bug, caughtBy }) => only.length === 0 || only.includes(bug) || only.includes(caughtBy),
  );
  const { signal, exitCode } = onInterruption(() => undefined);
  const ok = await new SelfTest(json, signal).run(chosen);
  return exitCode() || (ok ? 0 : 1);
}
