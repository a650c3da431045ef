/** The arrows that the rendered NetworkPolicies open, against those of the design. Pure. */
import type { V1NetworkPolicyPeer, V1NetworkPolicyPort, V1NetworkPolicySpec } from '@kubernetes/client-node';
import type { Json } from '../cluster/objects.ts';
import { arrows } from '../shop/arrows.ts';
import type { Manifest } from './workload-rules.ts';

type Policy = Json<V1NetworkPolicySpec>;
type Peer = Json<V1NetworkPolicyPeer>;
type Ports = Json<V1NetworkPolicyPort>[];

const ports: Readonly<Record<string, number>> = { grpc: 9090, http: 8080, postgres: 5432, kafka: 9092, redis: 6379 };

const design = arrows.map(({ source, target, port }) => `${source}→${target}:${ports[port]}`);
const fromOutside = ['gateway', 'graph', 'realtime', 'console'].map((name) => `outside→${name}:8080`);

const key = 'app.kubernetes.io/component';
const subjectOf = ({ podSelector }: Policy) => podSelector?.matchLabels?.[key];
const nameOf = ({ podSelector, ipBlock }: Peer) => podSelector?.matchLabels?.[key] ?? ipBlock?.cidr ?? 'anything';

const ends = (peers: Peer[] | undefined, ports: Ports = [{ port: 0 }]) =>
  (peers?.map(nameOf) ?? ['outside']).flatMap((name) => ports.map(({ port }) => ({ name, port })));

const differences = (what: string, found: readonly string[], wanted: readonly string[]) => [
  ...found.filter((arrow) => !wanted.includes(arrow)).map((arrow) => `${what} opens ${arrow}`),
  ...wanted.filter((arrow) => !found.includes(arrow)).map((arrow) => `${what} lacks ${arrow}`),
];

/** One complaint for each arrow too many or too few, in either direction. */
export function arrowsOf(manifests: readonly Manifest[]): string[] {
  const policies = manifests
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec }) => spec as unknown as Policy);
  const [everybody] = policies.filter((policy) => subjectOf(policy) === undefined);
  const single = policies.filter((policy) => policy !== everybody);
  const closed = everybody?.policyTypes?.length === 2 && everybody.ingress === undefined;
  const out = single.flatMap(({ egress, ...policy }) =>
    (egress ?? []).flatMap(({ to, ports }) =>
      ends(to, ports).map(({ name, port }) => `${subjectOf(policy)}→${name}:${port}`),
    ),
  );
  const into = single.flatMap(({ ingress, ...policy }) =>
    (ingress ?? []).flatMap(({ from, ports }) =>
      ends(from, ports).map(({ name, port }) => `${name}→${subjectOf(policy)}:${port}`),
    ),
  );
  return [
    ...(closed ? [] : ['no policy closes everything first']),
    ...differences('egress', out, design),
    ...differences('ingress', into, [...design, ...fromOutside]),
  ];
}
