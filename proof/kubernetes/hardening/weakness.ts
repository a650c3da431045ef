/** Finds the security settings that every pod of the release must have, and that a pod lacks. Pure. */
import type { ContainerSpec, Pod } from '@halftone/tools/cluster/objects.ts';

type Probe = ContainerSpec['livenessProbe'];
type PodSecurity = NonNullable<Pod['spec']['securityContext']>;

/** The pod of a Job ends and needs no readiness probe. */
export interface Kind {
  endsByItself: boolean;
  /** One of our services: the engines and what watches them may differ in how they are probed. */
  ours: boolean;
}

type Rule = readonly [lacks: string, holds: boolean];

const broken = (rules: readonly Rule[]): string[] => rules.filter(([, holds]) => !holds).map(([lacks]) => lacks);

function resourceRules({ resources }: ContainerSpec): Rule[] {
  const { requests = {}, limits = {} } = resources ?? {};
  return [
    ['a CPU request', requests['cpu'] !== undefined],
    ['a memory request', requests['memory'] !== undefined],
    ['a memory limit', limits['memory'] !== undefined],
  ];
}

/** A container's own setting wins over its pod's. */
function securityRules({ securityContext: own = {} }: ContainerSpec, ofPod: PodSecurity): Rule[] {
  const { capabilities: { drop = [], add = [] } = {} } = own;
  return [
    ['runAsNonRoot', (own.runAsNonRoot ?? ofPod.runAsNonRoot) === true],
    ['seccompProfile RuntimeDefault', (own.seccompProfile ?? ofPod.seccompProfile)?.type === 'RuntimeDefault'],
    ['allowPrivilegeEscalation: false', own.allowPrivilegeEscalation === false],
    ['readOnlyRootFilesystem: true', own.readOnlyRootFilesystem === true],
    ['capabilities.drop ALL', drop.includes('ALL')],
    ['no capabilities added', add.length === 0],
  ];
}

const target = (probe: Probe): string => JSON.stringify(probe?.httpGet?.path ?? probe?.exec ?? probe);

function probeRules(container: ContainerSpec, { ours }: Kind): Rule[] {
  const { startupProbe, readinessProbe, livenessProbe } = container;
  const targets = [startupProbe, readinessProbe, livenessProbe].map(target);
  return [
    ['a startup probe', startupProbe !== undefined],
    ['a readiness probe', readinessProbe !== undefined],
    ['a liveness probe', livenessProbe !== undefined],
    ['three probes that differ', !ours || new Set(targets).size === 3],
  ];
}

const mounts = ({ spec }: Pod): string[] =>
  spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ mountPath }) => mountPath));

function podRules(pod: Pod, { ours, endsByItself }: Kind): Rule[] {
  const hasToken = mounts(pod).some((path) => path.startsWith('/var/run/secrets/kubernetes.io'));
  return [
    ['the network of its own', pod.spec.hostNetwork !== true],
    ['the absence of a service account token', !(ours || endsByItself) || !hasToken],
  ];
}

/** `orders: a memory limit`; empty when nothing is lacking. */
export function weaknessesOf(pod: Pod, kind: Kind): string[] {
  const ofPod = pod.spec.securityContext ?? {};
  const always = (container: ContainerSpec) => [...resourceRules(container), ...securityRules(container, ofPod)];
  const lacking = (container: ContainerSpec, rules: readonly Rule[]) =>
    broken(rules).map((lacks) => `${container.name}: ${lacks}`);
  return [
    ...broken(podRules(pod, kind)),
    ...(pod.spec.initContainers ?? []).flatMap((container) => lacking(container, always(container))),
    ...pod.spec.containers.flatMap((container) =>
      lacking(container, [...always(container), ...(kind.endsByItself ? [] : probeRules(container, kind))]),
    ),
  ];
}
