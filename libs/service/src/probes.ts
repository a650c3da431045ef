import { Registry } from 'prom-client';
import type { Fastify } from './fastify';
import type { Lifecycle } from './lifecycle';
import { siblings } from './cluster-worker';
import { renderMetrics } from './metrics';

/** The metrics of all processes that share the port. */
export async function scrape(accept: string | undefined): Promise<{ contentType: string; body: string }> {
  const ofAll = await siblings.metrics();
  if (ofAll !== undefined) return { contentType: Registry.PROMETHEUS_CONTENT_TYPE, body: ofAll };
  return renderMetrics(accept);
}

/**
 * The health endpoints (docs/adr/0004). `/healthz/startup`: the process listens; a missing engine is no reason to
 * restart it. `/healthz/live`: the event loop runs. `/healthz/ready`: every part has started, there is capacity, and
 * no stop has begun; else 503 with the names of the missing parts. None of them calls a dependency. Each response has
 * the pid, because another process may have taken the port meanwhile. `/metrics` is served here without a metrics
 * port: Prometheus text, or OpenMetrics with exemplars on request.
 */
export function addProbes(fastify: Fastify, lifecycle: Lifecycle, withMetrics: boolean): void {
  const { pid } = process;

  fastify.get('/healthz/startup', (_request, reply) => reply.send({ status: 'started', pid }));
  fastify.get('/healthz/live', (_request, reply) => reply.send({ status: 'live', pid }));

  fastify.get('/healthz/ready', (_request, reply) => {
    const missing = [...lifecycle.missing(), ...siblings.missing()];
    if (missing.length === 0) return reply.send({ status: 'ready', pid });
    return reply.status(503).send({ status: statusOf(lifecycle), missing, pid });
  });

  if (!withMetrics) return;
  fastify.get('/metrics', async (request, reply) => {
    const { contentType, body } = await scrape(request.headers.accept);
    return reply.header('content-type', contentType).send(body);
  });
}

function statusOf({ isStopping, isServing }: Lifecycle): string {
  if (isStopping) return 'stopping';
  return isServing ? 'full' : 'starting';
}
