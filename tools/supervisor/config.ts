/** What the environment decides about services. */
import { loadedPort } from './port-setting.ts';
import type { ServiceName } from './topology.ts';

/** GATEWAY_PORT, GRAPH_PORT, REALTIME_PORT …: the port of HTTP, when it must be this one; replicas count up from it. */
export const portSetting = (name: ServiceName): number | undefined =>
  loadedPort(`${name.toUpperCase()}_PORT`, process.env[`${name.toUpperCase()}_PORT`]);

const decidedByUs =
  /^(DATABASE_URL|KAFKA_BROKERS|REDIS_URL|JWT_.*|HTTP_PORT|GRPC_PORT|npm_.*|HALFTONE_.*|.*_GRPC|SUBGRAPH_.*_URL)$/;

/** What services inherit: the person's own settings, such as LOG_LEVEL or OTEL_EXPORTER_OTLP_ENDPOINT. */
export const inherited = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([key]) => !decidedByUs.test(key)));
