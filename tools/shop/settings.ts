/** Settings of the services from the environment. */
import { envNameOf, type ServiceName } from './topology.ts';

/** A port from the environment; throws when it is none. */
export function loadedPort(name: string, text: string | undefined): number | undefined {
  if (!text) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${name} is '${text}', which is no port`);
}

/** GATEWAY_PORT, GRAPH_PORT, REALTIME_PORT …: the port of HTTP, when it must be this one; replicas count up from it. */
export const portSetting = (name: ServiceName): number | undefined =>
  loadedPort(`${envNameOf(name)}_PORT`, process.env[`${envNameOf(name)}_PORT`]);

const ownSettings =
  /^(DATABASE_URL|KAFKA_BROKERS|REDIS_URL|JWT_.*|HTTP_PORT|GRPC_PORT|npm_.*|HALFTONE_.*|.*_GRPC|SUBGRAPH_.*_URL)$/;

/** The settings that services inherit from the user, such as LOG_LEVEL or OTEL_EXPORTER_OTLP_ENDPOINT. */
export const inherited = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([key]) => !ownSettings.test(key)));

/** The password of the seeded customers: SEED_PASSWORD, else a known one, because the system serves only this machine. */
export const demoPassword = (): string => process.env['SEED_PASSWORD'] || 'halftone';
