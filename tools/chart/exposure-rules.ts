/** Finds ports that can be reached from outside and must not be, in the chart's manifests and in docker/compose.yaml. Pure; each complaint names the object. */

interface Backend {
  name: string;
}

/** As far as the way in from outside needs it. */
export interface Reachable {
  kind: string;
  metadata: { name: string };
  spec?: {
    type?: string;
    externalIPs?: string[];
    ports?: { port: number; targetPort?: string | number }[];
    rules?: {
      backendRefs?: Backend[];
      http?: { paths: { backend: { service: Backend } }[] };
    }[];
    template?: { spec?: { hostNetwork?: boolean; containers: { ports?: { hostPort?: number }[] }[] } };
  };
}

const edges = ['gateway', 'graph', 'realtime', 'console'];
const watchers = ['prometheus', 'grafana', 'jaeger'];

/** halftone-images-worker is images-worker. */
const partOf = (name: string): string => name.slice(name.indexOf('-') + 1);

function complaintsAboutService({ metadata: { name }, spec }: Reachable, open: readonly string[]): string[] {
  const type = spec?.type ?? 'ClusterIP';
  const isOpen = type !== 'ClusterIP' || (spec?.externalIPs ?? []).length > 0;
  const leadsToMetrics = (spec?.ports ?? []).some(({ port, targetPort = port }) =>
    [9464, 'metrics'].includes(targetPort),
  );
  return [
    ...(isOpen && !(type === 'NodePort' && open.includes(partOf(name))) ? [`Service/${name} is open: ${type}`] : []),
    ...(leadsToMetrics ? [`Service/${name} leads to metrics`] : []),
  ];
}

function complaintsAboutRoute({ kind, metadata: { name }, spec }: Reachable): string[] {
  const backends = (spec?.rules ?? []).flatMap(({ backendRefs = [], http }) => [
    ...backendRefs,
    ...(http?.paths ?? []).map(({ backend }) => backend.service),
  ]);
  return backends
    .filter((backend) => !edges.includes(partOf(backend.name)))
    .map((backend) => `${kind}/${name} leads to ${backend.name}`);
}

function complaintsAboutPod({ kind, metadata: { name }, spec }: Reachable): string[] {
  const pod = spec?.template?.spec;
  const ports = (pod?.containers ?? []).flatMap(({ ports: all = [] }) => all);
  const isOnHost = pod?.hostNetwork === true || ports.some(({ hostPort }) => hostPort !== undefined);
  return isOnHost ? [`${kind}/${name} listens at its node`] : [];
}

/** Only targets of routes are open, and, with node ports, the edges and the monitoring. */
export const complaintsAboutExposure = (manifests: readonly Reachable[], nodePorts: boolean): string[] =>
  manifests.flatMap((manifest) => {
    if (manifest.kind === 'Service') return complaintsAboutService(manifest, nodePorts ? [...edges, ...watchers] : []);
    return [...complaintsAboutRoute(manifest), ...complaintsAboutPod(manifest)];
  });

export interface ComposeFile {
  services: Record<string, { ports?: unknown[]; network_mode?: string }>;
}

/** Docker publishes a port on every interface, past the firewall, unless an address says otherwise. */
export const complaintsAboutCompose = ({ services }: ComposeFile): string[] =>
  Object.entries(services).flatMap(([name, { ports = [], network_mode }]) => [
    ...ports
      .filter((port) => !String(port).startsWith('127.0.0.1:'))
      .map((port) => `${name} publishes ${String(port)}`),
    ...(ports.length > 0 && !edges.includes(name) ? [`${name} is no edge and has ports`] : []),
    ...(network_mode === 'host' ? [`${name} is in the network of the host`] : []),
  ]);
