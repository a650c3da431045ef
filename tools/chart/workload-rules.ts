/** Checks the settings that every pod of the chart must have. Pure; each complaint names the workload and the container. */
import type { V1Container, V1PodSpec, V1Probe } from '@kubernetes/client-node';
import type { Json } from '../cluster/objects.ts';

type Container = Json<V1Container>;
type PodSpec = Json<V1PodSpec>;

export interface Manifest {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec?: { template?: { metadata?: { labels?: Record<string, string> }; spec: PodSpec }; replicas?: number };
}

const component = ({ metadata }: Manifest) => metadata.labels?.['app.kubernetes.io/component'] ?? metadata.name;

/** The only one that calls the API server. */
const mayHaveToken = (manifest: Manifest) => component(manifest) === 'prometheus';

const podRules = (manifest: Manifest, pod: PodSpec): [boolean, string][] => [
  [pod.securityContext?.runAsNonRoot === true, 'may run as root'],
  [(pod.securityContext?.runAsUser ?? 0) > 0, 'names no user'],
  [pod.securityContext?.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'],
  [pod.automountServiceAccountToken === mayHaveToken(manifest), 'gets a token of the API'],
  [Boolean(pod.serviceAccountName), 'has no service account of its own'],
];

const containerRules = (container: Container): [boolean, string][] => [
  [container.securityContext?.allowPrivilegeEscalation === false, 'may gain privileges'],
  [container.securityContext?.readOnlyRootFilesystem === true, 'may write to its root'],
  [container.securityContext?.capabilities?.drop?.includes('ALL') === true, 'keeps capabilities'],
  ...(['requests', 'limits'] as const).flatMap((side) =>
    ['cpu', 'memory'].map((kind): [boolean, string] => [
      container.resources?.[side]?.[kind] !== undefined,
      `has no ${side} of ${kind}`,
    ]),
  ),
];

const pathOf = (probe?: Json<V1Probe>) => probe?.httpGet?.path;

/** Of what serves, that is all but Jobs. */
const probeRules = (container: Container): [boolean, string][] => {
  const { startupProbe, readinessProbe, livenessProbe } = container;
  return [
    [Boolean(startupProbe && readinessProbe && livenessProbe), 'lacks a probe'],
    [
      !container.image?.startsWith('halftone/') ||
        new Set([startupProbe, readinessProbe, livenessProbe].map(pathOf)).size === 3,
      'has probes that do not differ',
    ],
    [!container.image?.startsWith('halftone/') || container.lifecycle?.preStop !== undefined, 'has no preStop'],
  ];
};

/** Returns what is wrong with the pods of a manifest. */
export function complaintsAbout(manifest: Manifest): string[] {
  const pod = manifest.spec?.template?.spec;
  if (!pod) return [];
  const broken = (rules: [boolean, string][], who: string) =>
    rules.filter(([holds]) => !holds).map(([, what]) => `${who} ${what}`);
  const name = `${manifest.kind}/${manifest.metadata.name}`;
  const perContainer = pod.containers.flatMap((container) => {
    const serves = manifest.kind !== 'Job';
    return broken(
      [...containerRules(container), ...(serves ? probeRules(container) : [])],
      `${name} ${container.name}`,
    );
  });
  return [...broken(podRules(manifest, pod), name), ...perContainer];
}
