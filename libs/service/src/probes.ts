import type { Fastify } from './http-edge';
import type { Lifecycle } from './lifecycle';
import { renderMetrics } from './metrics';

/**
 * `/healthz/live`: the event loop turns. `/healthz/ready`: every part runs; else 503 with the names of what is missing.
 * Both say which process answers, because a port that was free a moment ago may belong to somebody else's by now.
 * `/metrics`: Prometheus text, or OpenMetrics with exemplars when asked for.
 */
export function addProbes(fastify: Fastify, lifecycle: Lifecycle): void {
  const { pid } = process;

  fastify.get('/healthz/live', (_request, reply) => reply.send({ status: 'live', pid }));

  fastify.get('/healthz/ready', async (_request, reply) => {
    const missing = await lifecycle.missing();
    if (missing.length === 0) return reply.send({ status: 'ready', pid });
    return reply.status(503).send({ status: lifecycle.isStopping ? 'stopping' : 'starting', missing, pid });
  });

  fastify.get('/metrics', async (request, reply) => {
    const { contentType, body } = await renderMetrics(request.headers.accept);
    return reply.header('content-type', contentType).send(body);
  });
}
