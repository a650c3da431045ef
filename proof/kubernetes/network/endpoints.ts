/** All endpoints of a release: each port of each pod and of each service. Pure. */
import { componentOf, type ContainerSpec, type Pod, type Service } from '@halftone/tools/cluster/objects.ts';
import type { Endpoint } from './connection-matrix.ts';

const isTcp = ({ protocol = 'TCP' }: { protocol?: string }): boolean => protocol === 'TCP';

/** A port without a name has its number as name. No arrow names it, so it must be closed. */
export const endpointsOfPod = (pod: Pod): Endpoint[] =>
  pod.spec.containers.flatMap(({ ports = [] }: ContainerSpec) =>
    ports.filter(isTcp).map(({ name, containerPort }) => ({
      component: componentOf(pod),
      name: pod.metadata.name,
      host: pod.status.podIP ?? '',
      port: containerPort,
      portName: name ?? String(containerPort),
    })),
  );

/** A headless service has no endpoint of its own. */
export function endpointsOfService(service: Service): Endpoint[] {
  const { clusterIP = 'None', ports } = service.spec;
  if (clusterIP === 'None' || clusterIP === '') return [];
  return ports.filter(isTcp).map(({ name, port, targetPort }) => ({
    component: componentOf(service),
    name: `service ${service.metadata.name}`,
    host: clusterIP,
    port,
    portName: typeof targetPort === 'string' ? targetPort : (name ?? String(port)),
  }));
}

/** Not the pod's own: what a pod says to itself never meets a policy. A service may lead back to it. */
export const othersThan = (
  source: { metadata: { name: string }; component: string },
  endpoints: readonly Endpoint[],
): Endpoint[] =>
  endpoints.filter(
    ({ name, component }) =>
      name !== source.metadata.name && !(name.startsWith('service ') && component === source.component),
  );
