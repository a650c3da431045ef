import { DomainError } from '@halftone/kernel';
import { remainingMs } from './call-context';

interface Queue {
  running: number;
  waiting: (() => void)[];
}

/** The longest timer there is: 24 days. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/**
 * Limits concurrent work per key: `concurrency` run at the same time, `capacity` wait, first come first served. Beyond that
 * `run` throws RATE_LIMITED. A waiter gets the error of `timeout` at its deadline or after `longestWaitMs`. A key
 * without work takes no memory.
 */
export class KeyedSemaphore {
  private readonly queues = new Map<string, Queue>();

  constructor(
    private readonly concurrency: number,
    private readonly capacity: number,
    private readonly longestWaitMs: () => number = () => NO_LIMIT_MS,
    private readonly timeout = () => new DomainError('DEADLINE_EXCEEDED', 'the request waited in a queue for too long'),
  ) {}

  async run<R>(key: string, work: (waited: boolean) => Promise<R>): Promise<R> {
    const queue = this.queues.get(key) ?? { running: 0, waiting: [] };
    this.queues.set(key, queue);
    const mustWait = queue.running >= this.concurrency;
    if (mustWait && queue.waiting.length >= this.capacity)
      throw new DomainError('RATE_LIMITED', 'too many requests are already waiting');
    // Finished work passes its slot to the next waiter, so no newcomer can overtake it.
    if (mustWait) await this.waitIn(queue);
    else queue.running += 1;
    try {
      return await work(mustWait);
    } finally {
      const next = queue.waiting.shift();
      if (next) next();
      else if (--queue.running === 0) this.queues.delete(key);
    }
  }

  /** The number of waiters, of all keys. */
  get waiting(): number {
    return [...this.queues.values()].reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  private waitIn({ waiting }: Queue): Promise<void> {
    const left = Math.min(remainingMs() ?? Infinity, this.longestWaitMs());
    return new Promise((resolve, reject) => {
      const go = () => {
        clearTimeout(timer);
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(this.timeout());
      };
      const timer = setTimeout(leave, left);
      waiting.push(go);
    });
  }
}
