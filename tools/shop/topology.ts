/** Which processes make up Halftone. */

export type ServiceName =
  'gateway' | 'graph' | 'orders' | 'payments' | 'bank' | 'images' | 'notifications' | 'realtime' | 'console';

export interface ServiceSpec {
  name: ServiceName;
  replicas: number;
  /** Serves gRPC besides HTTP. */
  grpc: boolean;
  /** The port of HTTP that people know, taken when it is free. */
  knownPort?: number;
  /** Clients connect to it: it stops before those it calls. */
  edge: boolean;
  /** It transfers photos, so its stop waits for running transfers. */
  transfers?: boolean;
}

export const topology: readonly ServiceSpec[] = [
  { name: 'bank', replicas: 1, grpc: false, knownPort: 8092, edge: false },
  { name: 'payments', replicas: 1, grpc: true, edge: false },
  { name: 'orders', replicas: 1, grpc: true, edge: false },
  { name: 'images', replicas: 1, grpc: true, edge: false, transfers: true },
  { name: 'notifications', replicas: 1, grpc: true, edge: false },
  { name: 'gateway', replicas: 1, grpc: false, knownPort: 8080, edge: true, transfers: true },
  { name: 'graph', replicas: 1, grpc: false, knownPort: 8081, edge: true },
  { name: 'realtime', replicas: 2, grpc: false, knownPort: 8090, edge: true },
  { name: 'console', replicas: 1, grpc: false, knownPort: 8088, edge: true, transfers: true },
];

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
