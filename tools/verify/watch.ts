/** `--watch`: looks every few seconds, says what changes, and sums up the ledger in between. Ends with a signal only. */
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { invariants } from './invariants/index.ts';
import { LedgerSampler } from './ledger-sampler.ts';
import { standingOf, type Standing } from './standing.ts';
import { judge, look, type Sources } from './verify.ts';
import { metricsText, type Watched } from './watch-metrics.ts';

export interface WatchOptions {
  everyMs: number;
  /** How long what may settle may take. */
  patienceMs: number;
  signal: AbortSignal;
  /** An invariant changed how it stands; the first look tells only of those that do not hold. */
  changed(name: string, standing: Standing): void;
  /** A look failed: an engine is away. */
  blind(error: unknown): void;
}

const settling = new Map(invariants.map(({ name, settles }) => [name, settles]));

export class Watch {
  readonly #sources: Sources;
  readonly #options: WatchOptions;
  readonly #standings = new Map<string, Standing>();
  readonly #sampler: LedgerSampler;
  #last = { looks: 0, failedLooks: 0, lookSeconds: 0, wireDuplicates: 0, strangers: 0 };

  constructor(sources: Sources, options: WatchOptions) {
    this.#sources = sources;
    this.#options = options;
    this.#sampler = new LedgerSampler(sources.databaseUrl);
  }

  get watched(): Watched {
    return { standings: this.#standings, samples: this.#sampler.samples, ...this.#last };
  }

  async run(): Promise<Watched> {
    const { signal, everyMs, blind } = this.#options;
    const sampling = this.#sampler.run(signal);
    while (!signal.aborted) {
      await this.#look().catch((error: unknown) => {
        this.#last.failedLooks += 1;
        blind(error);
      });
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
    await sampling;
    return this.watched;
  }

  async #look(): Promise<void> {
    const start = performance.now();
    const snapshot = await look(this.#sources);
    for (const result of judge(snapshot)) this.#stand(result);
    const { wireDuplicates, strangers } = snapshot.records;
    this.#last = {
      ...this.#last,
      looks: this.#last.looks + 1,
      lookSeconds: (performance.now() - start) / 1000,
      wireDuplicates,
      strangers,
    };
  }

  #stand(result: ReturnType<typeof judge>[number]): void {
    const { patienceMs, changed } = this.#options;
    const before = this.#standings.get(result.invariant);
    const settles = settling.get(result.invariant) ?? false;
    const standing = standingOf(before, result, { settles, now: performance.now(), patienceMs });
    this.#standings.set(result.invariant, standing);
    if (standing.state !== (before?.state ?? 'holds')) changed(result.invariant, standing);
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
