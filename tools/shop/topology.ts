/** Which processes make up Halftone. */

interface Row {
  name: string;
  replicas: number;
  /** Serves gRPC besides HTTP. */
  grpc: boolean;
  /** The port of HTTP that people know, taken when it is free. */
  knownPort?: number;
  /** Clients connect to it: it stops before those it calls. */
  edge: boolean;
  /** It transfers photos, so its stop waits for running transfers. */
  transfers?: boolean;
  /**
   * An engine, or a service and its protocol, of which `http` is its subgraph. From this come the environment of each
   * process and the schemas in PostgreSQL. The chart says the same in values.yaml; a test compares them.
   */
  calls: readonly string[];
}

/** `nx g ./tools/generators:service` adds a row at the end of the services that no client connects to. */
const rows = [
  { name: 'bank', replicas: 1, grpc: false, knownPort: 8092, edge: false, calls: ['postgres'] },
  { name: 'payments', replicas: 1, grpc: true, edge: false, calls: ['orders.grpc', 'bank.soap', 'postgres', 'kafka'] },
  { name: 'orders', replicas: 1, grpc: true, edge: false, calls: ['images.grpc', 'postgres', 'kafka'] },
  { name: 'images', replicas: 1, grpc: true, edge: false, transfers: true, calls: ['postgres', 'kafka', 'redis'] },
  { name: 'notifications', replicas: 1, grpc: true, edge: false, calls: ['postgres', 'kafka', 'redis'] },
  {
    name: 'gateway',
    replicas: 1,
    grpc: false,
    knownPort: 8080,
    edge: true,
    transfers: true,
    calls: ['orders.grpc', 'payments.grpc', 'images.grpc', 'notifications.grpc', 'redis'],
  },
  {
    name: 'graph',
    replicas: 1,
    grpc: false,
    knownPort: 8081,
    edge: true,
    calls: ['orders.http', 'payments.http', 'images.http', 'notifications.http'],
  },
  {
    name: 'realtime',
    replicas: 2,
    grpc: false,
    knownPort: 8090,
    edge: true,
    calls: ['notifications.grpc', 'images.grpc', 'kafka', 'redis'],
  },
  { name: 'console', replicas: 1, grpc: false, knownPort: 8088, edge: true, transfers: true, calls: ['gateway.rest'] },
] as const satisfies readonly Row[];

type KnownRow = (typeof rows)[number];
type NameIfPostgres<R> = R extends { name: infer Name; calls: readonly (infer Target)[] }
  ? 'postgres' extends Target
    ? Name
    : never
  : never;

export type ServiceName = KnownRow['name'];
/** A service with a role and a schema of its own in PostgreSQL. */
export type DatabaseService = NameIfPostgres<KnownRow>;

export interface ServiceSpec extends Row {
  name: ServiceName;
}

export const topology: readonly ServiceSpec[] = rows;

export const databaseServices = topology.flatMap(({ name, calls }) =>
  calls.includes('postgres') ? [name as DatabaseService] : [],
);

export const callsOf = (name: ServiceName): readonly string[] =>
  topology.find((spec) => spec.name === name)?.calls ?? [];

/** The services behind the gateway. */
export const grpcServices: readonly string[] = topology.filter(({ grpc }) => grpc).map(({ name }) => name);

/** The services whose GraphQL the router joins. */
export const subgraphs: readonly string[] = callsOf('graph').map((target) => target.replace(/\.http$/, ''));

/** `gift-cards` in the name of an environment variable. */
export const envNameOf = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** One process with its ports, which it keeps at a restart. */
export interface Assignment {
  name: ServiceName;
  replica: number;
  edge: boolean;
  httpPort: number;
  grpcPort?: number;
}

/** Time a process gets to stop, in ms: a little more than it allows itself (SHUTDOWN_GRACE_MS). */
export const stopWithinMs = (name: ServiceName): number =>
  topology.find((spec) => spec.name === name)?.transfers ? 77_000 : 12_000;

/** `gateway`, but `realtime-1` and `realtime-2`; where there is a second gateway it is `gateway-2`. */
export const labelOf = ({ name, replica }: { name: string; replica: number }): string =>
  replica > 1 || (topology.find((spec) => spec.name === name)?.replicas ?? 1) > 1 ? `${name}-${replica}` : name;
