/** `--watch`: checks every few seconds, reports changes, and samples the ledger in between. It runs until a signal. */
import { createServer, type Server } from 'node:http';
import { invariants } from './invariants/index.ts';
import { LedgerSampler } from './ledger-sampler.ts';
import { nextStatus, type InvariantStatus } from './invariant-status.ts';
import { judge, look, type Sources } from './verify.ts';
import { metricsText, type Watched } from './watch-metrics.ts';
import { rest } from '@halftone/tools/os/waiting.ts';

export interface WatchOptions {
  everyMs: number;
  /** How long an invariant may take to settle. */
  patienceMs: number;
  signal: AbortSignal;
  /** The status of an invariant changed. The first check reports only those that do not hold. */
  changed(name: string, status: InvariantStatus): void;
  /** A check failed because an engine is down. */
  blind(error: unknown): void;
}

const settling = new Map(invariants.map(({ name, settles }) => [name, settles]));

export class Watch {
  readonly #sources: Sources;
  readonly #options: WatchOptions;
  readonly #statuses = new Map<string, InvariantStatus>();
  readonly #sampler: LedgerSampler;
  #last = { looks: 0, failedLooks: 0, lookSeconds: 0, wireDuplicates: 0, strangers: 0 };

  constructor(sources: Sources, options: WatchOptions) {
    this.#sources = sources;
    this.#options = options;
    this.#sampler = new LedgerSampler(sources.databaseUrl);
  }

  get watched(): Watched {
    return { statuses: this.#statuses, samples: this.#sampler.samples, ...this.#last };
  }

  async run(): Promise<Watched> {
    const { signal, everyMs, blind } = this.#options;
    const sampling = this.#sampler.run(signal);
    while (!signal.aborted) {
      await this.#look().catch((error: unknown) => {
        this.#last.failedLooks += 1;
        blind(error);
      });
      await rest(everyMs, signal);
    }
    await sampling;
    return this.watched;
  }

  async #look(): Promise<void> {
    const start = performance.now();
    const snapshot = await look(this.#sources);
    for (const result of judge(snapshot)) this.#update(result);
    const { wireDuplicates, strangers } = snapshot.records;
    this.#last = {
      ...this.#last,
      looks: this.#last.looks + 1,
      lookSeconds: (performance.now() - start) / 1000,
      wireDuplicates,
      strangers,
    };
  }

  #update(result: ReturnType<typeof judge>[number]): void {
    const { patienceMs, changed } = this.#options;
    const before = this.#statuses.get(result.invariant);
    const settles = settling.get(result.invariant) ?? false;
    const status = nextStatus(before, result, { settles, now: performance.now(), patienceMs });
    this.#statuses.set(result.invariant, status);
    if (status.state !== (before?.state ?? 'holds')) changed(result.invariant, status);
  }
}

/** GET /metrics, at this port of every address: Prometheus may be elsewhere. Port 0 takes a free one. */
export function serveMetrics(watch: Watch, port: number): Promise<Server> {
  const server = createServer(({ url }, response) => {
    if (url !== '/metrics') return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(metricsText(watch.watched));
  });
  return new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(port, () => listening(server));
  });
}
