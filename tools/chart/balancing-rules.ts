/** What each way of load balancing needs of the manifests. Pure. */
import type { Manifest } from './workload-rules.ts';

interface Balanced extends Manifest {
  spec?: Manifest['spec'] & {
    sessionAffinity?: string;
    rules?: { backendRefs?: { name: string }[]; sessionPersistence?: { type: string } }[];
  };
}

const name = 'halftone-realtime';

/** `sessions`: what the service is told; `affinity`: what its address needs, of the Service, and by a cookie of the route. */
export function complaintsAboutBalancing(
  manifests: readonly Balanced[],
  sessions: string,
  affinity: string | undefined,
): string[] {
  const find = (kind: string) => manifests.find((one) => one.kind === kind && one.metadata.name === name)?.spec;
  const environment = find('Deployment')?.template?.spec.containers.flatMap(({ env = [] }) => env) ?? [];
  const told = environment.find((one) => one.name === 'REALTIME_SESSIONS')?.value;
  const service = find('Service')?.sessionAffinity;
  const rules = manifests.flatMap(({ kind, spec }) => (kind === 'HTTPRoute' ? (spec?.rules ?? []) : []));
  const persistent = rules.filter(({ sessionPersistence }) => sessionPersistence?.type === 'Cookie');
  const kept = persistent.flatMap(({ backendRefs = [] }) => backendRefs.map((backend) => backend.name));
  return [
    ...(told === sessions ? [] : [`REALTIME_SESSIONS is ${told}, not ${sessions}`]),
    ...(service === affinity ? [] : [`the Service has the affinity ${service}, not ${affinity}`]),
    ...(kept.join() === (affinity ? name : '') ? [] : [`the route brings clients back to ${kept.join() || 'nobody'}`]),
  ];
}
