import { setTimeout as sleep } from 'node:timers/promises';
import { LogThrottle, reasonOf } from './log-throttle';
import { gauge, histogram } from './metrics';
import { logger } from './log';

/** In the order in which they run. */
export const startStages = ['connect', 'migrate', 'serve', 'consume'] as const;
export const stopStages = ['yield', 'refuse', 'drain', 'flush', 'close'] as const;
export type StartStage = (typeof startStages)[number];
export type StopStage = (typeof stopStages)[number];
type Work = () => Promise<void>;

interface Part {
  name: string;
  work: Work;
  /** Advice for a person when it does not start. */
  advice?: string | undefined;
}

const ready = gauge('service_ready', '1 while the process accepts work', [], 'min');
const stageSeconds = histogram('service_stage_duration_seconds', 'Duration of a start or stop stage', ['stage']);

/** Thrown by a start function when a retry cannot help, such as for a port in use. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

/**
 * The ordered lists by which a process starts and stops. Modules fill them by `startAndStop`; parts that exist before
 * the container are added directly.
 *
 * Stages run one after the other, the parts of one stage concurrently. A part that fails to start is retried with
 * backoff until it works or the process stops. The reason is logged when it is new and every 30 s. Once ready, a
 * process stays ready until it stops (docs/adr/0004), unless it reports that it is full: then it keeps its clients
 * and accepts no others.
 *
 * A stop begins with the lame-duck phase: the process is no longer ready but serves as before, so clients find
 * another replica first. Background work ends meanwhile ('yield'). Then it refuses new work ('refuse'), finishes work
 * in flight ('drain'), and so on. A part that fails to stop is logged and abandoned. The whole stop never takes
 * longer than the grace period. Stop functions also run for parts that never started.
 */
export class Lifecycle {
  private readonly starts = new Map<StartStage, Part[]>();
  private readonly stops = new Map<StopStage, Part[]>();
  private readonly waiting = new Set<string>();
  private readonly watchers: ((isReady: boolean) => void)[] = [];
  private readonly aborted = new AbortController();
  private readonly log = logger('lifecycle');
  private state: 'starting' | 'ready' | 'lame-duck' | 'stopping' = 'starting';
  private isFull = false;
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly graceMs: number,
    private readonly lameDuckMs = 0,
  ) {}

  /** `advice` is appended to the log line of a failing part: what to check, in a few words. */
  onStart(stage: StartStage, name: string, work: Work, advice?: string): void {
    this.starts.set(stage, [...(this.starts.get(stage) ?? []), { name, work, advice }]);
    this.waiting.add(name);
  }

  onStop(stage: StopStage, name: string, work: Work): void {
    this.stops.set(stage, [...(this.stops.get(stage) ?? []), { name, work }]);
  }

  /** The watcher is called immediately and at every change. */
  onReadiness(watcher: (isReady: boolean) => void): void {
    this.watchers.push(watcher);
    watcher(this.isReady);
  }

  get isReady(): boolean {
    return this.state === 'ready' && !this.isFull;
  }

  get isStopping(): boolean {
    return this.state === 'lame-duck' || this.state === 'stopping';
  }

  /** Ready, or no longer ready but still serving. */
  get isServing(): boolean {
    return this.state === 'ready' || this.state === 'lame-duck';
  }

  /** Aborted when the stop begins; for loops and waits. */
  get signal(): AbortSignal {
    return this.aborted.signal;
  }

  /** Resolves when every part runs, or when a stop came first. Rejects with CannotStart. */
  async start(): Promise<void> {
    for (const stage of startStages) {
      await this.timed(stage, () =>
        Promise.all((this.starts.get(stage) ?? []).map((part) => this.startWithRetries(part))),
      );
      if (this.isStopping) return;
    }
    this.enter('ready');
    this.log.info('ready');
  }

  /** The names of the missing parts; empty when the process accepts work. */
  missing(): string[] {
    if (this.isStopping) return ['stopping'];
    if (this.state === 'starting') return [...this.waiting];
    return this.isFull ? ['capacity'] : [];
  }

  /**
   * Reports whether more work would harm the current work, so new work should go to other replicas. It depends on
   * this process only.
   */
  setFull(isFull: boolean): void {
    this.change(() => (this.isFull = isFull));
  }

  /** Runs once, however often it is called. Never rejects. */
  stop(): Promise<void> {
    this.stopped ??= this.runStop();
    return this.stopped;
  }

  private async runStop(): Promise<void> {
    const lameDuckMs = this.state === 'ready' ? this.lameDuckMs : 0;
    this.enter('lame-duck');
    this.aborted.abort();
    const deadline = new AbortController();
    const stages = this.stopAll(lameDuckMs).then(() => true);
    const late = sleep(this.graceMs, false, { signal: deadline.signal }).catch(() => false);
    if (!(await Promise.race([stages, late]))) this.log.error(`the stop took longer than ${this.graceMs} ms; exiting`);
    deadline.abort();
  }

  private async stopAll(lameDuckMs: number): Promise<void> {
    const yielded = this.stopStage('yield');
    if (lameDuckMs > 0) await sleep(lameDuckMs);
    this.enter('stopping');
    await this.stopStage('refuse');
    await Promise.all([yielded, this.stopStage('drain')]);
    await this.stopStage('flush');
    await this.stopStage('close');
  }

  private stopStage(stage: StopStage): Promise<void> {
    const parts = this.stops.get(stage) ?? [];
    return this.timed(stage, () => Promise.all(parts.map((part) => this.stopPart(stage, part))));
  }

  private async stopPart(stage: StopStage, { name, work }: Part): Promise<void> {
    try {
      await work();
    } catch (err) {
      this.log.error({ err }, `${stage} ${name} failed`);
    }
  }

  private async startWithRetries({ name, work, advice }: Part): Promise<void> {
    const throttle = new LogThrottle();
    for (let pause = 100; !this.isStopping; pause = Math.min(pause * 2, 2_000)) {
      try {
        await work();
        this.waiting.delete(name);
        if (throttle.hasLogged) this.log.info(`${name} has started`);
        return;
      } catch (error) {
        if (error instanceof CannotStart) throw error;
        const reason = reasonOf(error);
        if (throttle.isDue(reason)) this.log.warn({ part: name, reason }, waitingLine(name, reason, advice));
        // An abort only ends the pause early; the loop checks the signal.
        await sleep(pause, undefined, { signal: this.signal }).catch(() => undefined);
      }
    }
  }

  private enter(state: 'ready' | 'lame-duck' | 'stopping'): void {
    this.change(() => (this.state = state));
  }

  private change(work: () => unknown): void {
    const wasReady = this.isReady;
    work();
    if (this.isReady === wasReady) return;
    ready.set(this.isReady ? 1 : 0);
    for (const watcher of this.watchers) watcher(this.isReady);
  }

  private async timed(stage: string, work: () => Promise<unknown>): Promise<void> {
    const end = stageSeconds.startTimer({ stage });
    await work();
    end();
  }
}

const waitingLine = (name: string, reason: string, advice: string | undefined) =>
  `${name} has not started: ${reason}${advice ? ` (${advice})` : ''}; not ready, retrying`;
