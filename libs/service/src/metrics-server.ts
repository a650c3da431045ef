import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sharesPort } from './cluster-worker';
import { limitConnections } from './connection-limits';
import { answerUnsupportedRequests } from './edge-rules';
import { type Lifecycle, CannotStart } from './lifecycle';
import { logger } from './log';
import { scrape } from './probes';
import { isLoopback } from './settings';

/** The default port of a process that other machines can reach; it is never routed. */
const defaultPort = 9464;

interface MetricsSettings {
  HTTP_HOST: string;
  HTTP_PORT: number;
  METRICS_PORT?: number | undefined;
}

/** The port that serves only `/metrics`; undefined when the HTTP port serves it. */
export function metricsPortOf({ HTTP_HOST, HTTP_PORT, METRICS_PORT }: MetricsSettings): number | undefined {
  const port = METRICS_PORT ?? (isLoopback(HTTP_HOST) ? undefined : defaultPort);
  return port !== 0 && port === HTTP_PORT ? undefined : port;
}

/** Serves until the last stage of a stop, so the metrics of the stop are scraped too. Returns its URL. */
export async function serveMetrics(host: string, port: number, lifecycle: Lifecycle): Promise<string> {
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  limitConnections(server, { perAddress: 100 });
  answerUnsupportedRequests(server);
  lifecycle.onStop('close', 'metrics', async () => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(
        new CannotStart(`metrics cannot listen at ${host}:${port}, set METRICS_PORT: ${cause.message}`, { cause }),
      );
    server.once('error', fail).listen({ host, port, reusePort: sharesPort() }, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}/metrics`;
  logger('metrics').debug({ url }, 'serving');
  return url;
}

async function answer({ method, url, headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (url !== '/metrics') return void response.writeHead(404).end();
  if (method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end();
  const { contentType, body } = await scrape(headers.accept);
  response.writeHead(200, { 'content-type': contentType }).end(body);
}
