/** The environment of each process. Pure: the same system gives the same settings at every restart. */
import type { DatabaseService, Secrets } from '../engines/secrets.ts';
import { labelOf } from './topology.ts';
import type { Engines, Urls } from '../os/run-state.ts';
import type { Assignment, ServiceName } from './topology.ts';

export interface SystemSettings {
  engines: Engines;
  /** The database's URL with the role of one service. */
  databaseUrl: (service: DatabaseService) => string;
  jwt: Secrets['jwt'];
  cursorKey: Secrets['cursorKey'];
  bank: Secrets['bank'];
  assignments: readonly Assignment[];
}

type Settings = Record<string, string>;

/** As many as a load test orders with, so that it takes nothing from alice and bob. */
const loadCustomers = '10';

const httpUrl = ({ httpPort }: Assignment) => `http://127.0.0.1:${httpPort}`;

export function urlsOf(assignments: readonly Assignment[]): Urls {
  const of = (name: ServiceName) => assignments.filter((one) => one.name === name).map(httpUrl);
  const [gateway = '', graph = '', page] = [of('gateway')[0], of('graph')[0], of('console')[0]];
  return { gateway, graphql: `${graph}/graphql`, realtime: of('realtime'), ...(page && { console: page }) };
}

export function settingsOf(assignment: Assignment, system: SystemSettings): Settings {
  const { httpPort, grpcPort } = assignment;
  return {
    HTTP_PORT: String(httpPort),
    // The tools of this machine read the numbers there.
    METRICS_PORT: String(httpPort),
    ...(grpcPort ? { GRPC_PORT: String(grpcPort) } : {}),
    SERVICE_INSTANCE: labelOf(assignment),
    JWT_PUBLIC_KEY: system.jwt.publicKey,
    ...own(assignment.name, system),
  };
}

function own(name: ServiceName, system: SystemSettings): Settings {
  const { engines, assignments, databaseUrl, jwt, bank, cursorKey } = system;
  const redis = { REDIS_URL: engines.redis.url };
  const kafka = { KAFKA_BROKERS: engines.kafka.brokers };
  switch (name) {
    case 'gateway':
      return {
        ...redis,
        ...grpcTargets(assignments),
        JWT_PRIVATE_KEY: jwt.privateKey,
        REALTIME_URLS: urlsOf(assignments).realtime.join(','),
        ALLOWED_ORIGINS: pageOrigins(assignments),
      };
    case 'graph':
      return { ...subgraphUrls(assignments), ALLOWED_ORIGINS: pageOrigins(assignments) };
    case 'realtime':
      return {
        ...redis,
        ...kafka,
        ...grpcTargets(assignments),
        ALLOWED_ORIGINS: pageOrigins(assignments),
        REALTIME_CURSOR_KEY: cursorKey,
      };
    case 'console':
      return {
        GATEWAY_URL: urlsOf(assignments).gateway,
        REALTIME_URLS: urlsOf(assignments).realtime.join(','),
      };
    case 'images':
      return { DATABASE_URL: databaseUrl(name), ...kafka, ...redis, ...grpcTargets(assignments) };
    case 'payments':
      return {
        DATABASE_URL: databaseUrl(name),
        ...kafka,
        ...grpcTargets(assignments),
        SEED_LOAD_CUSTOMERS: loadCustomers,
        BANK_URL: bankUrl(assignments),
        BANK_CERT: bank.server.certificate,
        BANK_CLIENT_CERT: bank.client.certificate,
        BANK_CLIENT_KEY: bank.client.key,
      };
    case 'bank':
      return {
        DATABASE_URL: databaseUrl(name),
        SEED_LOAD_CUSTOMERS: loadCustomers,
        BANK_CERT: bank.server.certificate,
        BANK_KEY: bank.server.key,
        BANK_CLIENT_CERTS_TRUSTED: bank.client.certificate,
        BANK_PASSWORD: bank.password,
      };
    case 'orders':
      return { DATABASE_URL: databaseUrl(name), ...kafka, ...grpcTargets(assignments) };
    case 'notifications':
      return { DATABASE_URL: databaseUrl(name), ...kafka, ...redis };
  }
}

/** Of the console, whichever of the two names of this machine is typed. */
function pageOrigins(assignments: readonly Assignment[]): string {
  const { console: page } = urlsOf(assignments);
  return page ? `${page},${page.replace('127.0.0.1', 'localhost')}` : '';
}

/** One address, or all replicas of a service as one. */
function grpcTargets(assignments: readonly Assignment[]): Settings {
  const serving = assignments.filter(({ grpcPort }) => grpcPort);
  const targets = [...Map.groupBy(serving, ({ name }) => name)].map(([name, replicas]) => {
    const addresses = replicas.map(({ grpcPort }) => `127.0.0.1:${grpcPort}`).join();
    return [`${name.toUpperCase()}_GRPC`, replicas.length > 1 ? `ipv4:${addresses}` : addresses];
  });
  return Object.fromEntries(targets) as Settings;
}

/** Of its first replica: nothing stands in front of the bank that could spread calls. */
function bankUrl(assignments: readonly Assignment[]): string {
  const bank = assignments.find(({ name }) => name === 'bank');
  return `${bank ? httpUrl(bank) : 'http://127.0.0.1:8092'}/bank`;
}

const subgraphUrls = (assignments: readonly Assignment[]): Settings =>
  Object.fromEntries(
    assignments
      .filter(({ grpcPort, replica }) => grpcPort && replica === 1)
      .map((one) => [`SUBGRAPH_${one.name.toUpperCase()}_URL`, `${httpUrl(one)}/graphql`]),
  );
