import cluster from 'node:cluster';
import type { Lifecycle } from './lifecycle';
import { collectForPrimary } from './metrics';

/** What a worker tells its primary. */
export type FromWorker = { halftone: 'ready'; isReady: boolean } | { halftone: 'metrics?'; question: number };

/** What it is told. */
export type ToWorker =
  | { halftone: 'stop' }
  | { halftone: 'siblings'; areReady: boolean }
  | { halftone: 'metrics'; question: number; body: string };

/** Several processes behind one port: each listens itself, and the kernel spreads the connections. */
export const sharesPort = (): boolean => cluster.isWorker && process.platform === 'linux';

/** The worker's side of what `runProcesses` describes; does nothing in a process that is alone. */
class Siblings {
  private areReady = true;
  private question = 0;
  private readonly asked = new Map<number, (body: string) => void>();

  join(lifecycle: Lifecycle): void {
    if (!cluster.isWorker) return;
    this.areReady = false;
    collectForPrimary();
    process.on('message', (message: ToWorker) => this.take(message));
    lifecycle.onReadiness((isReady) => this.tell({ halftone: 'ready', isReady }));
  }

  /** For the probe of readiness: who asks one process means all of them. */
  missing(): string[] {
    return this.areReady ? [] : ['other processes'];
  }

  /** The numbers of all processes together, as Prometheus text; undefined in a process that is alone. */
  async metrics(): Promise<string | undefined> {
    if (!cluster.isWorker) return undefined;
    const question = this.question++;
    return new Promise((resolve) => {
      this.asked.set(question, resolve);
      this.tell({ halftone: 'metrics?', question });
    });
  }

  private take(message: ToWorker): void {
    if (message.halftone === 'siblings') this.areReady = message.areReady;
    if (message.halftone !== 'metrics') return;
    this.asked.get(message.question)?.(message.body);
    this.asked.delete(message.question);
  }

  private tell(message: FromWorker): void {
    if (process.connected) process.send?.(message);
  }
}

export const siblings = new Siblings();
