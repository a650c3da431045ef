/** Many clients in several processes, and their combined results. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { root } from '@halftone/tools/os/config.ts';
import type { Address, Handshake } from './raw-client.ts';
import type { PoolCommand, PoolReport } from './client-process.ts';

export interface PoolTarget {
  to: Address;
  handshake: Handshake;
}

const program = join(root, 'proof/harness/clients/pool/client-process.ts');

/** The machine's monotonic clock in ms; the client processes use the same. */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;

/** One process of clients. */
class ClientProcess {
  readonly #child: ChildProcess = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });

  send(command: PoolCommand): Promise<PoolReport> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error('a client process has ended'));
      this.#child.once('exit', gone);
      this.#child.once('message', (answer: { report?: PoolReport; error?: string }) => {
        this.#child.off('exit', gone);
        if (answer.report) resolve(answer.report);
        else reject(new Error(answer.error));
      });
      this.#child.send(command);
    });
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

/** A source address has 28,000 ports per server, and a closed connection keeps its port for a minute. */
const manyAddresses = Array.from({ length: 8 }, (_, one) => `127.0.0.${one + 1}`);

export class ClientPool {
  readonly #processes: readonly ClientProcess[];
  #connected = 0;
  #each = 0;

  private constructor(processes: readonly ClientProcess[]) {
    this.#processes = processes;
  }

  /** Two processes are fast enough for a server on one core. */
  static open(processes = 2): ClientPool {
    return new ClientPool(Array.from({ length: processes }, () => new ClientProcess()));
  }

  /** Number of clients connected so far. */
  get size(): number {
    return this.#connected;
  }

  async connect({ to, handshake }: PoolTarget, count: number, options: { atOnce?: number; sources?: string[] } = {}) {
    const { atOnce = 100, sources = manyAddresses } = options;
    const processes = this.#processes.length;
    const command = (index: number): PoolCommand => ({
      do: 'connect',
      to,
      handshake,
      count: Math.floor((count + index) / processes),
      atOnce: Math.ceil(atOnce / processes),
      sources,
    });
    await Promise.all(this.#processes.map((process, index) => process.send(command(index))));
    this.#connected += count;
  }

  /** Call it before sending: expects `each` more messages per client. Resolves when all have them, or after a minute. */
  receive(each: number, sentAt: number, withinMs = 60_000): Promise<PoolReport> {
    this.#each += each;
    return this.#sendToAll({ do: 'await', each: this.#each, sentAt, withinMs });
  }

  /** Stops reading on every client. */
  async pause(): Promise<void> {
    await this.#sendToAll({ do: 'pause' });
  }

  end(): void {
    for (const process of this.#processes) process.end();
  }

  async #sendToAll(command: PoolCommand): Promise<PoolReport> {
    const reports = await Promise.all(this.#processes.map((process) => process.send(command)));
    return merged(reports);
  }
}

/** The delays are the highest of all processes. */
const merged = (reports: readonly PoolReport[]): PoolReport => {
  const [sumOf, mostOf] = [
    (key: keyof PoolReport) => reports.reduce((sum, report) => sum + report[key], 0),
    (key: keyof PoolReport) => reports.reduce((most, report) => Math.max(most, report[key]), 0),
  ];
  return {
    lost: sumOf('lost'),
    duplicated: sumOf('duplicated'),
    open: sumOf('open'),
    p50: mostOf('p50'),
    p99: mostOf('p99'),
  };
};
