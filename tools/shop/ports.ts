/** Gives each process its ports: the one that was set, else the known one, else any free one. */
import { freePort, isFreePort } from '@halftone/local';
import { portSetting } from './settings.ts';
import { envNameOf, topology } from './topology.ts';
import type { Assignment, ServiceName, ServiceSpec } from './topology.ts';

export type Replicas = Partial<Record<ServiceName, number>>;

/** Throws when a configured port is in use. */
export async function assignPorts(): Promise<Assignment[]> {
  const assignments: Assignment[] = [];
  for (const spec of topology) {
    for (let replica = 1; replica <= spec.replicas; replica++) assignments.push(await assign(spec, replica));
  }
  return assignments;
}

/** For a system besides the usual one: any free ports, and another number of replicas if wanted. */
export async function assignFreePorts(replicas: Replicas): Promise<Assignment[]> {
  const assignments: Assignment[] = [];
  for (const { name, edge, grpc, replicas: usual } of topology) {
    for (let replica = 1; replica <= (replicas[name] ?? usual); replica++) {
      const grpcPort = grpc ? { grpcPort: await freePort() } : {};
      assignments.push({ name, replica, edge, httpPort: await freePort(), ...grpcPort });
    }
  }
  return assignments;
}

async function assign(spec: ServiceSpec, replica: number): Promise<Assignment> {
  const { name, edge, grpc, knownPort } = spec;
  const base = portSetting(name);
  const set = base && base + replica - 1;
  if (set && !(await isFreePort(set))) {
    throw new Error(`${envNameOf(name)}_PORT: port ${set} is in use; set another or none`);
  }
  const httpPort = await freePort(set ?? (knownPort && knownPort + replica - 1));
  return { name, replica, edge, httpPort, ...(grpc ? { grpcPort: await freePort() } : {}) };
}
