/** Everything in a release that a connection can be opened to: each port of each pod and of each service. Pure. */
import { componentOf } from '../../cluster/objects.ts';
import type { FullContainer, FullPod, FullService } from '../objects.ts';
import type { Place } from './matrix.ts';

const isTcp = ({ protocol = 'TCP' }: { protocol?: string }): boolean => protocol === 'TCP';

/** A port without a name goes by its number: no arrow names it, so nobody may use it. */
export const placesOfPod = (pod: FullPod): Place[] =>
  pod.spec.containers.flatMap(({ ports = [] }: FullContainer) =>
    ports.filter(isTcp).map(({ name, containerPort }) => ({
      component: componentOf(pod),
      name: pod.metadata.name,
      host: pod.status.podIP ?? '',
      port: containerPort,
      portName: name ?? String(containerPort),
    })),
  );

/** Of a headless service there is nothing but its pods. */
export function placesOfService(service: FullService): Place[] {
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
  places: readonly Place[],
): Place[] =>
  places.filter(
    ({ name, component }) =>
      name !== source.metadata.name && !(name.startsWith('service ') && component === source.component),
  );
