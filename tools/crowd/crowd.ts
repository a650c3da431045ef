/** A crowd of clients in as many processes as it takes, and what they report together. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../engines/config.ts';
import type { Address, Words } from './member.ts';
import type { Order, Report } from './process.ts';

export interface Where {
  to: Address;
  words: Words;
}

const program = join(root, 'tools/crowd/process.ts');

/** ms of the machine's monotonic clock, as the crowds have it. */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;

/** One process of them. */
class Part {
  readonly #child: ChildProcess = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });

  tell(order: Order): Promise<Report> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error('a process of clients has ended'));
      this.#child.once('exit', gone);
      this.#child.once('message', (answer: { report?: Report; error?: string }) => {
        this.#child.off('exit', gone);
        if (answer.report) resolve(answer.report);
        else reject(new Error(answer.error));
      });
      this.#child.send(order);
    });
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

/** An address has 28,000 ports towards one server, and each is taken for a minute after its connection has ended. */
const manyAddresses = Array.from({ length: 8 }, (_, one) => `127.0.0.${one + 1}`);

export class Crowd {
  readonly #parts: readonly Part[];
  #connected = 0;
  #each = 0;

  private constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  /** Two processes keep up with any server that has one core to itself. */
  static open(processes = 2): Crowd {
    return new Crowd(Array.from({ length: processes }, () => new Part()));
  }

  /** Clients that were connected. */
  get size(): number {
    return this.#connected;
  }

  async connect({ to, words }: Where, count: number, options: { atOnce?: number; sources?: string[] } = {}) {
    const { atOnce = 100, sources = manyAddresses } = options;
    const parts = this.#parts.length;
    const order = (index: number): Order => ({
      do: 'connect',
      to,
      words,
      count: Math.floor((count + index) / parts),
      atOnce: Math.ceil(atOnce / parts),
      sources,
    });
    await Promise.all(this.#parts.map((part, index) => part.tell(order(index))));
    this.#connected += count;
  }

  /** Said before they are sent: each will receive so many more. Resolves when all have, or after a minute with what is there. */
  receive(each: number, sentAt: number, withinMs = 60_000): Promise<Report> {
    this.#each += each;
    return this.#tellAll({ do: 'await', each: this.#each, sentAt, withinMs });
  }

  /** None of them reads anything any more. */
  async pause(): Promise<void> {
    await this.#tellAll({ do: 'pause' });
  }

  end(): void {
    for (const part of this.#parts) part.end();
  }

  async #tellAll(order: Order): Promise<Report> {
    const reports = await Promise.all(this.#parts.map((part) => part.tell(order)));
    return together(reports);
  }
}

/** The delays are those of the process that had the longest. */
const together = (reports: readonly Report[]): Report => {
  const [sumOf, mostOf] = [
    (key: keyof Report) => reports.reduce((sum, report) => sum + report[key], 0),
    (key: keyof Report) => reports.reduce((most, report) => Math.max(most, report[key]), 0),
  ];
  return { lost: sumOf('lost'), twice: sumOf('twice'), open: sumOf('open'), p50: mostOf('p50'), p99: mostOf('p99') };
};
