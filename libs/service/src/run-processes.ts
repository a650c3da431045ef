import cluster, { type Worker } from 'node:cluster';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { AggregatorRegistry } from 'prom-client';
import type { z } from 'zod';
import type { FromWorker, ToWorker } from './cluster-worker';
import { type ConfigOf, environment, parseConfig } from './config';
import { configureLog, logger } from './log';
import { runService } from './run-service';
import type { ServiceDefinition } from './service-definition';

/** From one try to the next, doubled up to the longest; whoever lived as long as that begins anew. */
const backoffMs = { first: 200, longest: 5_000 };

/** What every definition's configuration has besides its own. */
type Settings = ConfigOf<Record<never, never>>;

/**
 * The same as `runService`, in several processes on one port. The first process serves nothing itself: it starts the others, starts
 * again the ones that die, passes a stop on and leaves when the last has left. Ready is each when all are; `/metrics` of any tells the
 * numbers of all. A process that ends before it was ever ready ends them all, with its exit code.
 */
export async function runProcesses<S extends z.ZodRawShape>(
  definition: ServiceDefinition<S>,
  countOf: (config: ConfigOf<S>) => number,
): Promise<void> {
  const count = cluster.isPrimary && process.argv.length === 2 ? tryCount(definition, countOf) : 1;
  if (count === 1) return runService(definition);
  const settings: object = parseConfig(definition.settings, environment());
  await runPrimary(definition.name, settings as Settings, count);
}

async function runPrimary(service: string, settings: Settings, count: number): Promise<void> {
  configureLog({ service, instance: settings.SERVICE_INSTANCE, level: settings.LOG_LEVEL });
  new Primary(settings, await portFor(settings)).run(count);
}

/** What is wrong with the configuration `runService` says better. */
function tryCount<S extends z.ZodRawShape>(
  definition: ServiceDefinition<S>,
  countOf: (config: ConfigOf<S>) => number,
): number {
  try {
    return countOf(parseConfig(definition.settings, environment()));
  } catch {
    return 1;
  }
}

/** All have to be told the same. */
async function portFor({ HTTP_PORT, HTTP_HOST }: Settings): Promise<number> {
  if (HTTP_PORT > 0) return HTTP_PORT;
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, HTTP_HOST, resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

class Primary {
  private readonly ready = new Map<Worker, boolean>();
  private readonly metrics = new AggregatorRegistry();
  private readonly log = logger('processes');
  private isStopping = false;
  private exitCode = 0;

  constructor(
    private readonly settings: Settings,
    private readonly port: number,
  ) {}

  run(count: number): void {
    process.on('SIGTERM', () => this.stop());
    process.on('SIGINT', () => this.stop());
    for (let number = 0; number < count; number++) this.start(number, backoffMs.first);
    this.log.info({ count, port: this.port }, 'processes started');
  }

  private start(number: number, waitMs: number): void {
    const name = this.settings.SERVICE_INSTANCE || hostname();
    const worker = cluster.fork({ SERVICE_INSTANCE: `${name}-${number}`, HTTP_PORT: String(this.port) });
    const began = Date.now();
    let wasReady = false;
    this.ready.set(worker, false);
    worker.on('message', (message: FromWorker) => {
      wasReady ||= message.halftone === 'ready' && message.isReady;
      this.take(worker, message);
    });
    // What could not be told to one who has just died must not end the others; that it died is heard next.
    worker.on('error', (err) => this.log.warn({ number, err }, 'a process does not hear'));
    worker.on('exit', (code, signal) => {
      this.ready.delete(worker);
      this.tellReadiness();
      if (this.isStopping) return this.leaveWhenAlone();
      this.log.error({ number, code, signal }, 'a process has ended');
      if (!wasReady && code) return this.fail(code);
      const lived = Date.now() - began > backoffMs.longest;
      const wait = lived ? backoffMs.first : waitMs;
      setTimeout(() => this.isStopping || this.start(number, Math.min(wait * 2, backoffMs.longest)), wait);
    });
  }

  private take(worker: Worker, message: FromWorker): void {
    switch (message.halftone) {
      case 'ready':
        this.ready.set(worker, message.isReady);
        return this.tellReadiness();
      case 'metrics?':
        return void this.answer(worker, message.question);
    }
  }

  private tellReadiness(): void {
    const areReady = [...this.ready.values()].every(Boolean);
    for (const worker of this.ready.keys()) this.tell(worker, { halftone: 'siblings', areReady });
  }

  private async answer(worker: Worker, question: number): Promise<void> {
    const body = await this.metrics.clusterMetrics().catch((err: unknown) => {
      this.log.warn({ err }, 'not every process told its numbers');
      return '';
    });
    this.tell(worker, { halftone: 'metrics', question, body });
  }

  private tell(worker: Worker, message: ToWorker): void {
    if (worker.isConnected()) worker.send(message);
  }

  private fail(code: number): void {
    this.exitCode = code;
    this.stop();
  }

  /** A second signal leaves at once. */
  private stop(): void {
    if (this.isStopping) process.exit(1);
    this.isStopping = true;
    for (const worker of this.ready.keys()) this.tell(worker, { halftone: 'stop' });
    this.leaveWhenAlone();
  }

  private leaveWhenAlone(): void {
    if (this.ready.size === 0) process.exit(this.exitCode);
  }
}
