import { setTimeout as sleep } from 'node:timers/promises';
import { Complaint, reasonOf } from './complaint';
import { gauge, histogram } from './metrics';
import { logger } from './log';

export type StartStage = 'connect' | 'migrate' | 'serve' | 'consume';
export type StopStage = 'yield' | 'refuse' | 'drain' | 'flush' | 'close';
type Work = () => Promise<void>;

interface Part {
  name: string;
  work: Work;
  /** What a person can do about it when it does not start. */
  advice?: string | undefined;
}

const startStages: readonly StartStage[] = ['connect', 'migrate', 'serve', 'consume'];

const ready = gauge('service_ready', '1 while the process takes work', [], 'min');
const stageSeconds = histogram('service_stage_seconds', 'Duration of a start or stop stage', ['stage']);

/** Thrown by start work when trying again cannot help, such as a port that is taken. */
export class Unstartable extends Error {
  override readonly name = 'Unstartable';
}

/**
 * The ordered lists a process starts and stops by.
 *
 * Stages run one after the other, the parts of one stage side by side. A part that fails to start is tried again
 * with backoff until it works or the process stops; the log says why when the reason is new and every 30 s. Once ready, a process stays
 * ready until it stops (docs/adr/0004), unless it says of itself that it is full: then it serves on those it has and wants no others.
 *
 * A stop begins with the lame duck: the process is not ready any more but serves as before, so that whoever still has its address finds
 * another one before this one goes. Work that no caller waits for ('yield') ends meanwhile. Then nothing new is taken ('refuse'), what
 * is in flight ends ('drain'), and so on. A part that fails to stop is logged and left behind; all of it together never takes longer
 * than the grace period. Stop work also runs for parts that never started, so it must not mind that.
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

  /** `advice` ends the line that says why the part does not start: what to check, in a few words. */
  onStart(stage: StartStage, name: string, work: Work, advice?: string): void {
    this.starts.set(stage, [...(this.starts.get(stage) ?? []), { name, work, advice }]);
    this.waiting.add(name);
  }

  onStop(stage: StopStage, name: string, work: Work): void {
    this.stops.set(stage, [...(this.stops.get(stage) ?? []), { name, work }]);
  }

  /** Called at once and at every change. */
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

  /** Ready, or not any more but still serving. */
  get isServing(): boolean {
    return this.state === 'ready' || this.state === 'lame-duck';
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
  missing(): string[] {
    if (this.isStopping) return ['stopping'];
    if (this.state === 'starting') return [...this.waiting];
    return this.isFull ? ['room'] : [];
  }

  /** Whether more work would harm what is here already: then new work should go to other replicas. Never about what others do. */
  full(isFull: boolean): void {
    this.change(() => (this.isFull = isFull));
  }

  /** Runs once however often it is called. Never rejects. */
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
    if (!(await Promise.race([stages, late]))) this.log.error(`stop took longer than ${this.graceMs} ms, leaving`);
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
    return this.timed(stage, () => Promise.all(parts.map((part) => this.attempt(stage, part))));
  }

  private async attempt(stage: StopStage, { name, work }: Part): Promise<void> {
    try {
      await work();
    } catch (err) {
      this.log.error({ err }, `${stage} ${name} failed`);
    }
  }

  private async persist({ name, work, advice }: Part): Promise<void> {
    const complaint = new Complaint();
    for (let pause = 100; !this.isStopping; pause = Math.min(pause * 2, 2_000)) {
      try {
        await work();
        this.waiting.delete(name);
        if (complaint.wasMade) this.log.info(`${name} is there now`);
        return;
      } catch (error) {
        if (error instanceof Unstartable) throw error;
        const reason = reasonOf(error);
        if (complaint.isDue(reason)) this.log.warn({ part: name, reason }, waitingLine(name, reason, advice));
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
  `${name} is not there yet: ${reason}${advice ? ` (${advice})` : ''}; not ready, trying until it is`;
