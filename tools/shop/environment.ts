/** The environment of each process. Pure: the same system gives the same settings at every restart. */
import type { Secrets } from '../engines/secrets.ts';
import { callsOf, envNameOf, labelOf } from './topology.ts';
import type { Engines, Urls } from '../os/run-state.ts';
import type { Assignment, DatabaseService, ServiceName } from './topology.ts';

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
    ...Object.assign({}, ...callsOf(assignment.name).map((target) => addressOf(target, assignment.name, system))),
    ...own(assignment.name, system),
  };
}

/** The setting in which a service finds one that it calls; the chart does the same in _arrows.tpl. */
function addressOf(target: string, caller: ServiceName, system: SystemSettings): Settings {
  switch (target) {
    case 'postgres':
      return { DATABASE_URL: system.databaseUrl(caller as DatabaseService) };
    case 'kafka':
      return { KAFKA_BROKERS: system.engines.kafka.brokers };
    case 'redis':
      return { REDIS_URL: system.engines.redis.url };
    default:
      return serviceAddress(target, system.assignments);
  }
}

/** Nothing for a service that does not run: a sandbox may leave some out. */
function serviceAddress(target: string, assignments: readonly Assignment[]): Settings {
  const [name = '', protocol] = target.split('.');
  const replicas = assignments.filter((one) => one.name === name);
  const [first] = replicas;
  const key = envNameOf(name);
  // Payments refuses to start without an address of the bank.
  if (protocol === 'soap') return { [`${key}_URL`]: `${first ? httpUrl(first) : 'http://127.0.0.1:8092'}/bank` };
  if (!first) return {};
  if (protocol === 'grpc') return { [`${key}_GRPC`]: grpcTarget(replicas) };
  // Of its first replica: nothing stands in front of it that could spread calls.
  if (protocol === 'http') return { [`SUBGRAPH_${key}_URL`]: `${httpUrl(first)}/graphql` };
  return { [`${key}_URL`]: httpUrl(first) };
}

/** The settings of a service besides the addresses of its peers. */
function own(name: ServiceName, system: SystemSettings): Settings {
  const { assignments, jwt, bank, cursorKey } = system;
  const { realtime } = urlsOf(assignments);
  switch (name) {
    case 'gateway':
      return {
        JWT_PRIVATE_KEY: jwt.privateKey,
        REALTIME_URLS: realtime.join(','),
        ALLOWED_ORIGINS: pageOrigins(assignments),
      };
    case 'graph':
      return { ALLOWED_ORIGINS: pageOrigins(assignments) };
    case 'realtime':
      return { ALLOWED_ORIGINS: pageOrigins(assignments), REALTIME_CURSOR_KEY: cursorKey };
    case 'console':
      return { REALTIME_URLS: realtime.join(',') };
    case 'payments':
      return {
        SEED_LOAD_CUSTOMERS: loadCustomers,
        BANK_CERT: bank.server.certificate,
        BANK_CLIENT_CERT: bank.client.certificate,
        BANK_CLIENT_KEY: bank.client.key,
      };
    case 'bank':
      return {
        SEED_LOAD_CUSTOMERS: loadCustomers,
        BANK_CERT: bank.server.certificate,
        BANK_KEY: bank.server.key,
        BANK_CLIENT_CERTS_TRUSTED: bank.client.certificate,
        BANK_PASSWORD: bank.password,
      };
    default:
      return {};
  }
}

/** Of the console, whichever of the two names of this machine is typed. */
function pageOrigins(assignments: readonly Assignment[]): string {
  const { console: page } = urlsOf(assignments);
  return page ? `${page},${page.replace('127.0.0.1', 'localhost')}` : '';
}

/** One address, or all replicas of a service as one. */
function grpcTarget(replicas: readonly Assignment[]): string {
  const addresses = replicas.map(({ grpcPort }) => `127.0.0.1:${grpcPort}`).join();
  return replicas.length > 1 ? `ipv4:${addresses}` : addresses;
}
