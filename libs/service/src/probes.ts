import { Registry } from 'prom-client';
import type { Fastify } from './http-edge';
import type { Lifecycle } from './lifecycle';
import { siblings } from './cluster-worker';
import { renderMetrics } from './metrics';

/**
 * Three questions with three answers (docs/adr/0004). `/healthz/startup`: the process listens; that an engine is missing is no reason to
 * start it again. `/healthz/live`: the event loop turns. `/healthz/ready`: every part has started, there is room and no stop has begun; else 503 with the
 * names of what is missing. None of them asks a dependency. All say which process answers, because a port that was free a moment ago may belong to somebody else's by now.
 * `/metrics`: Prometheus text, or OpenMetrics with exemplars when asked for.
 */
export function addProbes(fastify: Fastify, lifecycle: Lifecycle): void {
  const { pid } = process;

  fastify.get('/healthz/startup', (_request, reply) => reply.send({ status: 'started', pid }));
  fastify.get('/healthz/live', (_request, reply) => reply.send({ status: 'live', pid }));

  fastify.get('/healthz/ready', (_request, reply) => {
    const missing = [...lifecycle.missing(), ...siblings.missing()];
    if (missing.length === 0) return reply.send({ status: 'ready', pid });
    return reply.status(503).send({ status: statusOf(lifecycle), missing, pid });
  });

  fastify.get('/metrics', async (request, reply) => {
    const ofAll = await siblings.metrics();
    if (ofAll !== undefined) return reply.header('content-type', Registry.PROMETHEUS_CONTENT_TYPE).send(ofAll);
    const { contentType, body } = await renderMetrics(request.headers.accept);
    return reply.header('content-type', contentType).send(body);
  });
}

function statusOf({ isStopping, isServing }: Lifecycle): string {
  if (isStopping) return 'stopping';
  return isServing ? 'full' : 'starting';
}
