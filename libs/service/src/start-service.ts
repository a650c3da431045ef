import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import { trustProxies } from './client-address';
import { sharesPort, siblings } from './cluster-worker';
import type { ConfigOf, Environment } from './config';
import { limitConnections } from './connection-limits';
import { armFailpoints } from './failpoint';
import { armFromFile } from './failpoint-file';
import { drainHttp } from './http-drain';
import { maxSockets } from './socket-limit';
import { httpAdapter } from './http-edge';
import { Lifecycle, CannotStart } from './lifecycle';
import { configureLog, logger, NestLog } from './log';
import { metricsPortOf, serveMetrics } from './metrics-server';
import { collectProcessMetrics } from './process-metrics';
import { addProbes } from './probes';
import { ProblemFilter } from './problem-filter';
import { QueryInterceptor } from './query-interceptor';
import { configOf, type ServiceDefinition } from './service-definition';
import { ServiceHost, ServiceModule } from './service.module';
import { trustKey } from './token';
import { startTraceExport } from './trace-export';
import { validationPipe } from './validation';

const lastHooksMs = 2_000;

export interface RunningService<S extends z.ZodRawShape = z.ZodRawShape> {
  readonly app: NestFastifyApplication;
  readonly config: ConfigOf<S>;
  readonly lifecycle: Lifecycle;
  /** `http://127.0.0.1:8080` */
  readonly httpUrl: string;
  /** `http://127.0.0.1:9464/metrics` */
  readonly metricsUrl: string;
  /** `127.0.0.1:9090`; throws when the service has no gRPC. */
  readonly grpcUrl: string;
  /** The ordered stop; resolves when everything is closed or the grace period is over. */
  stop(): Promise<void>;
}

/** Resolves when the service is ready. Throws ConfigInvalid, or CannotStart when it can't listen. */
export async function startService<S extends z.ZodRawShape>(
  definition: ServiceDefinition<S>,
  env: Environment,
): Promise<RunningService<S>> {
  const { service, ready } = await openService(definition, env);
  await ready;
  return service;
}

/** Listens for HTTP, so that health checks are answered, and continues the start in `ready`. */
export async function openService<S extends z.ZodRawShape>(
  definition: ServiceDefinition<S>,
  env: Environment,
): Promise<{ service: RunningService<S>; ready: Promise<void> }> {
  const config = configOf(definition, env);
  const settings = processSettings(config);
  const host = new ServiceHost(definition.name, settings.SERVICE_INSTANCE);
  const lifecycle = new Lifecycle(settings.SHUTDOWN_GRACE_MS, settings.SHUTDOWN_LAME_DUCK_MS);
  await prepareProcess(definition.name, settings, lifecycle);
  const app = await createApp(definition, config, host, lifecycle);
  const metricsPort = metricsPortOf(settings);
  const ownMetricsUrl =
    metricsPort === undefined ? undefined : await serveMetrics(settings.HTTP_HOST, metricsPort, lifecycle);
  const httpUrl = await listen(app, settings);
  const service = {
    app,
    config,
    lifecycle,
    httpUrl,
    metricsUrl: ownMetricsUrl ?? `${httpUrl}/metrics`,
    get grpcUrl() {
      return host.addressOf('grpc');
    },
    stop: () => stopService(app, lifecycle),
  };
  const ready = lifecycle.start().catch(async (error) => {
    await service.stop();
    throw error;
  });
  return { service, ready };
}

/** The common settings of every process. */
type ProcessSettings = ConfigOf<Record<never, never>>;
const processSettings = (config: object): ProcessSettings => config as ProcessSettings;

/** Sets up what exists once per process, not once per application. */
async function prepareProcess(service: string, settings: ProcessSettings, lifecycle: Lifecycle): Promise<void> {
  const instance = settings.SERVICE_INSTANCE;
  configureLog({ service, instance, level: settings.LOG_LEVEL });
  trustKey(settings.JWT_PUBLIC_KEY, settings.TOKEN_CACHE_BYTES);
  trustProxies(settings.TRUSTED_PROXIES);
  armFailpoints(settings.FAILPOINTS);
  if (settings.FAILPOINTS_FILE) {
    const disarm = armFromFile(settings.FAILPOINTS_FILE);
    lifecycle.onStop('close', 'failpoints', async () => disarm());
  }
  collectProcessMetrics(service, settings.SERVICE_VERSION);
  const endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint) return;
  const version = settings.SERVICE_VERSION;
  const ratio = settings.OTEL_TRACES_SAMPLE_RATIO;
  const traces = await startTraceExport({ endpoint, service, instance, version, ratio });
  lifecycle.onStop('close', 'traces', () => traces.stop());
}

async function createApp<S extends z.ZodRawShape>(
  definition: ServiceDefinition<S>,
  config: ConfigOf<S>,
  host: ServiceHost,
  lifecycle: Lifecycle,
): Promise<NestFastifyApplication> {
  const { adapter, instance } = httpAdapter(definition.http);
  const imports = [ServiceModule.forRoot(host, lifecycle, logger(definition.name)), definition.module(config)];
  const app = await NestFactory.create<NestFastifyApplication>({ module: ServiceRoot, imports }, adapter, {
    logger: new NestLog(),
    bodyParser: false,
    abortOnError: false,
  });
  host.app = app;
  app.useGlobalPipes(validationPipe());
  app.useGlobalInterceptors(new QueryInterceptor());
  app.useGlobalFilters(new ProblemFilter());
  siblings.join(lifecycle);
  addProbes(instance, lifecycle, metricsPortOf(processSettings(config)) === undefined);
  drainHttp(instance, lifecycle);
  instance.server.maxConnections = maxSockets();
  limitConnections(instance.server, { perAddress: processSettings(config).HTTP_CONNECTIONS_PER_ADDRESS });
  await definition.start?.(app, config);
  return app;
}

class ServiceRoot {}

async function listen(app: NestFastifyApplication, { HTTP_HOST, HTTP_PORT }: ProcessSettings): Promise<string> {
  // Nest types it as a port; Fastify accepts all options of Node.
  const options = sharesPort() ? ({ port: HTTP_PORT, reusePort: true } as unknown as number) : HTTP_PORT;
  await app.listen(options, HTTP_HOST).catch((cause: Error) => {
    throw new CannotStart(`HTTP cannot listen at ${HTTP_HOST}:${HTTP_PORT}: ${cause.message}`, { cause });
  });
  const { port } = app.getHttpServer().address() as AddressInfo;
  return `http://${HTTP_HOST}:${port}`;
}

/** Nest's own hooks, and connections that outlived the grace period, come last. */
async function stopService(app: NestFastifyApplication, lifecycle: Lifecycle): Promise<void> {
  await lifecycle.stop();
  app.getHttpServer().closeAllConnections();
  // Hooks of libraries get no more time than the parts had.
  await Promise.race([app.close(), sleep(lastHooksMs, undefined, { ref: false })]);
}
