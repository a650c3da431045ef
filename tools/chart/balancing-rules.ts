/** Checks that the manifests have what each way of load balancing needs. Pure. */
import type { Manifest } from './workload-rules.ts';

interface Balanced extends Manifest {
  spec?: Manifest['spec'] & {
    sessionAffinity?: string;
    rules?: { backendRefs?: { name: string }[]; sessionPersistence?: { type: string } }[];
  };
}

const name = 'halftone-realtime';

/** `sessions`: the setting of the service; `affinity`: the session affinity that the Service and the route need. */
export function complaintsAboutBalancing(
  manifests: readonly Balanced[],
  sessions: string,
  affinity: string | undefined,
): string[] {
  const find = (kind: string) => manifests.find((one) => one.kind === kind && one.metadata.name === name)?.spec;
  const environment = find('Deployment')?.template?.spec.containers.flatMap(({ env = [] }) => env) ?? [];
  const actual = environment.find((one) => one.name === 'REALTIME_SESSIONS')?.value;
  const service = find('Service')?.sessionAffinity;
  const rules = manifests.flatMap(({ kind, spec }) => (kind === 'HTTPRoute' ? (spec?.rules ?? []) : []));
  const persistent = rules.filter(({ sessionPersistence }) => sessionPersistence?.type === 'Cookie');
  const kept = persistent.flatMap(({ backendRefs = [] }) => backendRefs.map((backend) => backend.name));
  return [
    ...(actual === sessions ? [] : [`REALTIME_SESSIONS is ${actual}, not ${sessions}`]),
    ...(service === affinity ? [] : [`the Service has the affinity ${service}, not ${affinity}`]),
    ...(kept.join() === (affinity ? name : '') ? [] : [`the route brings clients back to ${kept.join() || 'nobody'}`]),
  ];
}
