import { logger } from './log';
import { LogThrottle, reasonOf } from './log-throttle';
import { counter, gauge, histogram } from './metrics';
import { Wakeup } from './wakeup';

/**
 * One run of the loop. It returns 'more' to run again immediately. The signal is aborted when the loop stops, so a long
 * run can end early.
 */
export type PollRun = (signal: AbortSignal) => Promise<'more' | void>;

export interface PollOptions {
  /** The label of its metrics and the name of its logger. */
  name: string;
  /** The longest pause between two runs. A function is called before each pause. */
  everyMs: number | (() => number);
  /** The minimum pause, which a wake does not shorten. */
  atLeastMs?: number;
  /** Shared with the code that adds work; only the loop may wait on it. */
  wakeup?: Wakeup;
  run: PollRun;
}

const FIRST_BACKOFF_MS = 200;
/** A loop with a longer interval backs off up to that. */
const LONGEST_BACKOFF_MS = 2_000;
/** Less than the grace period of the process, so later stop stages still get time. */
const STOP_MS = 8_000;

const runs = counter('poll_runs_total', 'Runs of a poll loop by outcome: done or failed', ['loop', 'outcome']);
const runSeconds = histogram('poll_run_duration_seconds', 'Duration of a run of a poll loop', ['loop']);
const lastDone = gauge(
  'poll_last_done_timestamp_seconds',
  'Unix time of the latest successful run of a poll loop',
  ['loop'],
  'min',
);

/**
 * Repeats the same work, one run at a time, until it is stopped.
 *
 * Between two runs it pauses for the interval. A wake ends the pause, and a wake during a run is not lost. After a
 * failed run it pauses for a doubling backoff that no wake ends, and logs the reason when it is new and every 30 s. A
 * stop ends every pause and waits for the current run, up to a limit.
 */
export class PollLoop {
  private readonly stopping = new AbortController();
  private readonly throttle = new LogThrottle();
  private readonly wakeup: Wakeup;
  private failures = 0;
  private running: Promise<void> | undefined;

  constructor(private readonly options: PollOptions) {
    this.wakeup = options.wakeup ?? new Wakeup();
  }

  /** Returns immediately; the first run begins now. */
  start(): void {
    const loop = this.options.name;
    for (const outcome of ['done', 'failed']) runs.inc({ loop, outcome }, 0);
    this.running ??= this.runUntilStopped();
  }

  /** Call it when there may be work. Cheap; never throws. */
  wake(): void {
    this.wakeup.signal();
  }

  /** Returns whether the current run ended within the time; if not, it is abandoned. */
  async stop(withinMs = STOP_MS): Promise<boolean> {
    this.stopping.abort();
    this.wakeup.signal();
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), withinMs).unref();
    const ended = await Promise.race([this.running?.then(() => true) ?? true, late.promise]);
    clearTimeout(timer);
    if (!ended) logger(this.options.name).error(`a run took longer than ${withinMs} ms to stop and is abandoned`);
    return ended;
  }

  private async runUntilStopped(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const more = await this.runOnce();
      if (more || signal.aborted) continue;
      if (this.failures > 0) await pause(this.backoffMs(), signal);
      else await this.waitForWork();
    }
  }

  private async runOnce(): Promise<boolean> {
    const loop = this.options.name;
    const end = runSeconds.startTimer({ loop });
    try {
      const more = (await this.options.run(this.stopping.signal)) === 'more';
      this.failures = 0;
      runs.inc({ loop, outcome: 'done' });
      lastDone.set({ loop }, Date.now() / 1_000);
      return more;
    } catch (error) {
      this.failures += 1;
      runs.inc({ loop, outcome: 'failed' });
      this.logFailure(error);
      return false;
    } finally {
      end();
    }
  }

  private async waitForWork(): Promise<void> {
    const { atLeastMs = 0 } = this.options;
    if (atLeastMs > 0) await pause(atLeastMs, this.stopping.signal);
    await this.wakeup.within(Math.max(0, this.everyMs() - atLeastMs));
  }

  private everyMs(): number {
    const { everyMs } = this.options;
    return typeof everyMs === 'number' ? everyMs : everyMs();
  }

  /** With jitter, so replicas that failed together do not retry together. */
  private backoffMs(): number {
    const longest = Math.max(this.everyMs(), LONGEST_BACKOFF_MS);
    return Math.min(FIRST_BACKOFF_MS * 2 ** (this.failures - 1), longest) * (0.5 + Math.random() / 2);
  }

  private logFailure(error: unknown): void {
    const reason = reasonOf(error);
    if (!this.throttle.isDue(reason)) return;
    logger(this.options.name).warn({ err: error, reason, failures: this.failures }, 'a run failed; retrying');
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms).unref();
    signal.addEventListener('abort', done);
  });
}
