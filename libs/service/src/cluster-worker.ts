import cluster from 'node:cluster';
import type { Lifecycle } from './lifecycle';
import { collectForPrimary } from './metrics';

/** Messages from a worker to its primary. */
export type FromWorker = { halftone: 'ready'; isReady: boolean } | { halftone: 'metrics?'; question: number };

/** Messages from the primary to a worker. */
export type ToWorker =
  | { halftone: 'stop' }
  | { halftone: 'siblings'; areReady: boolean }
  | { halftone: 'metrics'; question: number; body: string };

/** Whether several processes share the port: each listens itself, and the kernel spreads the connections. */
export const sharesPort = (): boolean => cluster.isWorker && process.platform === 'linux';

/** The worker's side of `runProcesses`; does nothing in a single process. */
class Siblings {
  private areReady = true;
  private question = 0;
  private readonly pending = new Map<number, (body: string) => void>();

  join(lifecycle: Lifecycle): void {
    if (!cluster.isWorker) return;
    this.areReady = false;
    collectForPrimary();
    process.on('message', (message: ToWorker) => this.receive(message));
    lifecycle.onReadiness((isReady) => this.send({ halftone: 'ready', isReady }));
  }

  /** For the readiness probe, which one process answers for all of them. */
  missing(): string[] {
    return this.areReady ? [] : ['other processes'];
  }

  /** The metrics of all processes combined, as Prometheus text; undefined in a single process. */
  async metrics(): Promise<string | undefined> {
    if (!cluster.isWorker) return undefined;
    const question = this.question++;
    return new Promise((resolve) => {
      this.pending.set(question, resolve);
      this.send({ halftone: 'metrics?', question });
    });
  }

  private receive(message: ToWorker): void {
    if (message.halftone === 'siblings') this.areReady = message.areReady;
    if (message.halftone !== 'metrics') return;
    this.pending.get(message.question)?.(message.body);
    this.pending.delete(message.question);
  }

  private send(message: FromWorker): void {
    if (process.connected) process.send?.(message);
  }
}

export const siblings = new Siblings();
