import { setTimeout as sleep } from 'node:timers/promises';
import { gauge, histogram } from './metrics';
import { logger } from './log';

export type StartStage = 'connect' | 'migrate' | 'serve' | 'consume';
export type StopStage = 'refuse' | 'drain' | 'flush' | 'close';
type Work = () => Promise<void>;

interface Part {
  name: string;
  work: Work;
}

const startStages: readonly StartStage[] = ['connect', 'migrate', 'serve', 'consume'];
const stopStages: readonly StopStage[] = ['refuse', 'drain', 'flush', 'close'];

/** How long a ready check may take. */
const checkMs = 1_000;

const ready = gauge('service_ready', '1 while the process takes work');
const stageSeconds = histogram('service_stage_seconds', 'Duration of a start or stop stage', ['stage']);

/** Thrown by start work when trying again cannot help, such as a port that is taken. */
export class Unstartable extends Error {
  override readonly name = 'Unstartable';
}

/**
 * The ordered lists a process starts and stops by.
 *
 * Stages run one after the other, the parts of one stage side by side. A part that fails to start is tried again
 * with backoff, one log line per failure, until it works or the process stops. A part that fails to stop is logged
 * and left behind; the stages together never take longer than the grace period. Stop work also runs for parts that
 * never started, so it must not mind that.
 */
export class Lifecycle {
  private readonly starts = new Map<StartStage, Part[]>();
  private readonly stops = new Map<StopStage, Part[]>();
  private readonly checks = new Map<string, Work>();
  private readonly waiting = new Set<string>();
  private readonly watchers: ((isReady: boolean) => void)[] = [];
  private readonly aborted = new AbortController();
  private readonly log = logger('lifecycle');
  private state: 'starting' | 'ready' | 'stopping' = 'starting';
  private stopped: Promise<void> | undefined;

  constructor(private readonly graceMs: number) {}

  onStart(stage: StartStage, name: string, work: Work): void {
    this.starts.set(stage, [...(this.starts.get(stage) ?? []), { name, work }]);
    this.waiting.add(name);
  }

  onStop(stage: StopStage, name: string, work: Work): void {
    this.stops.set(stage, [...(this.stops.get(stage) ?? []), { name, work }]);
  }

  /** Asked at each `GET /healthz/ready`: rejects while the part cannot do its work. */
  readyCheck(name: string, check: Work): void {
    this.checks.set(name, check);
  }

  /** Called at once and at every change. */
  onReadiness(watcher: (isReady: boolean) => void): void {
    this.watchers.push(watcher);
    watcher(this.isReady);
  }

  get isReady(): boolean {
    return this.state === 'ready';
  }

  get isStopping(): boolean {
    return this.state === 'stopping';
  }

  /** Aborted when the process begins to stop; for loops and waits. */
  get signal(): AbortSignal {
    return this.aborted.signal;
  }

  /** Resolves when every part runs, or when a stop came first. Rejects with Unstartable. */
  async start(): Promise<void> {
    for (const stage of startStages) {
      await this.timed(stage, () => Promise.all((this.starts.get(stage) ?? []).map((part) => this.persist(part))));
      if (this.isStopping) return;
    }
    this.enter('ready');
    this.log.info('ready');
  }

  /** The names of what is missing; empty when the process may be given work. */
  async missing(): Promise<string[]> {
    if (this.isStopping) return ['stopping'];
    if (!this.isReady) return [...this.waiting];
    const verdicts = await Promise.all(
      [...this.checks].map(async ([name, check]) => ((await holds(check)) ? [] : [name])),
    );
    return verdicts.flat();
  }

  /** Runs once however often it is called. Never rejects. */
  stop(): Promise<void> {
    this.stopped ??= this.runStop();
    return this.stopped;
  }

  private async runStop(): Promise<void> {
    this.enter('stopping');
    this.aborted.abort();
    const deadline = new AbortController();
    const stages = this.stopAll().then(() => true);
    const late = sleep(this.graceMs, false, { signal: deadline.signal }).catch(() => false);
    if (!(await Promise.race([stages, late]))) this.log.error(`stop took longer than ${this.graceMs} ms, leaving`);
    deadline.abort();
  }

  private async stopAll(): Promise<void> {
    for (const stage of stopStages) {
      await this.timed(stage, () =>
        Promise.all((this.stops.get(stage) ?? []).map((part) => this.attempt(stage, part))),
      );
    }
  }

  private async attempt(stage: StopStage, { name, work }: Part): Promise<void> {
    try {
      await work();
    } catch (err) {
      this.log.error({ err }, `${stage} ${name} failed`);
    }
  }

  private async persist({ name, work }: Part): Promise<void> {
    for (let pause = 100; !this.isStopping; pause = Math.min(pause * 2, 2_000)) {
      try {
        await work();
        this.waiting.delete(name);
        return;
      } catch (error) {
        if (error instanceof Unstartable) throw error;
        this.log.warn(`${name} is not there yet, next try in ${pause} ms: ${reasonOf(error)}`);
        await sleep(pause, undefined, { signal: this.signal }).catch(() => undefined);
      }
    }
  }

  private enter(state: 'ready' | 'stopping'): void {
    this.state = state;
    ready.set(this.isReady ? 1 : 0);
    for (const watcher of this.watchers) watcher(this.isReady);
  }

  private async timed(stage: string, work: () => Promise<unknown>): Promise<void> {
    const end = stageSeconds.startTimer({ stage });
    await work();
    end();
  }
}

/** A check that hangs has failed. */
const holds = (check: Work) =>
  Promise.race([check().then(() => true), sleep(checkMs, false, { ref: false })]).catch(() => false);

/** Connection errors of Node often have an empty message and the reason in `code` or in the errors they bundle. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
