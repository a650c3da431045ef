import cluster, { type Worker } from 'node:cluster';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { AggregatorRegistry } from 'prom-client';
import type { z } from 'zod';
import type { FromWorker, ToWorker } from './cluster-worker';
import { type ConfigOf, environment, parseConfig } from './config';
import { configureLog, logger } from './log';
import { logAllOutput } from './process-output';
import { runService } from './run-service';
import type { ServiceDefinition } from './service-definition';

/** The restart backoff doubles from first to longest; a worker that lived that long resets it. */
const backoffMs = { first: 200, longest: 5_000 };

/** The common settings of every service. */
type Settings = ConfigOf<Record<never, never>>;

/**
 * Like `runService`, in several processes on one port. The primary serves nothing itself: it starts the workers,
 * restarts those that die, forwards a stop, and exits when the last one has. Each is ready when all are. `/metrics`
 * of any worker combines the metrics of all. A worker that exits before it was ever ready ends them all, with its
 * exit code.
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
  logAllOutput();
  configureLog({ service, instance: settings.SERVICE_INSTANCE, level: settings.LOG_LEVEL });
  new Primary(settings, await portFor(settings)).run(count);
}

/** The number of processes; 1 when the configuration is invalid. */
function tryCount<S extends z.ZodRawShape>(
  definition: ServiceDefinition<S>,
  countOf: (config: ConfigOf<S>) => number,
): number {
  try {
    return countOf(parseConfig(definition.settings, environment()));
  } catch {
    // runService reports it.
    return 1;
  }
}

/** All workers must get the same port. */
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
      this.receive(worker, message);
    });
    // A message to a worker that just died must not end the others; its exit is reported next.
    worker.on('error', (err) => this.log.warn({ number, err }, 'a message to a worker failed'));
    worker.on('exit', (code, signal) => {
      this.ready.delete(worker);
      this.sendReadiness();
      if (this.isStopping) return this.exitWhenAlone();
      this.log.error({ number, code, signal }, 'a worker has exited');
      if (!wasReady && code) return this.fail(code);
      const lived = Date.now() - began > backoffMs.longest;
      const wait = lived ? backoffMs.first : waitMs;
      setTimeout(() => this.isStopping || this.start(number, Math.min(wait * 2, backoffMs.longest)), wait);
    });
  }

  private receive(worker: Worker, message: FromWorker): void {
    switch (message.halftone) {
      case 'ready':
        this.ready.set(worker, message.isReady);
        return this.sendReadiness();
      case 'metrics?':
        return void this.answer(worker, message.question);
    }
  }

  private sendReadiness(): void {
    const areReady = [...this.ready.values()].every(Boolean);
    for (const worker of this.ready.keys()) this.send(worker, { halftone: 'siblings', areReady });
  }

  private async answer(worker: Worker, question: number): Promise<void> {
    const body = await this.metrics.clusterMetrics().catch((err: unknown) => {
      this.log.warn({ err }, 'the metrics of some workers are missing');
      return '';
    });
    this.send(worker, { halftone: 'metrics', question, body });
  }

  private send(worker: Worker, message: ToWorker): void {
    if (worker.isConnected()) worker.send(message);
  }

  private fail(code: number): void {
    this.exitCode = code;
    this.stop();
  }

  /** A second signal exits immediately. */
  private stop(): void {
    if (this.isStopping) process.exit(1);
    this.isStopping = true;
    for (const worker of this.ready.keys()) this.send(worker, { halftone: 'stop' });
    this.exitWhenAlone();
  }

  private exitWhenAlone(): void {
    if (this.ready.size === 0) process.exit(this.exitCode);
  }
}
