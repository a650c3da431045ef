/**
 * Who opens connections to whom: the picture of the architecture in words, written down a second time on purpose. The chart's
 * NetworkPolicies are measured against this table and never made from it, or a mistake would agree with itself.
 */

/** Of each component the names of the container ports it may reach. */
type Reaches = Readonly<Record<string, readonly string[]>>;

const domains = ['orders', 'payments', 'images', 'notifications'] as const;
const services = ['gateway', 'graph', ...domains, 'images-worker', 'bank', 'realtime', 'console'] as const;

const each = (components: readonly string[], ...ports: string[]): Reaches =>
  Object.fromEntries(components.map((component) => [component, ports]));

const postgres = each(['postgres'], 'postgres');
const kafka = each(['kafka'], 'kafka');
const redis = each(['redis'], 'redis');

const arrows: Readonly<Record<string, Reaches>> = {
  gateway: { ...each(domains, 'grpc'), ...redis },
  graph: each(domains, 'http'),
  orders: { ...each(['images'], 'grpc'), ...postgres, ...kafka },
  payments: { ...each(['bank'], 'http'), ...postgres, ...kafka },
  bank: postgres,
  images: { ...postgres, ...kafka, ...redis },
  'images-worker': { ...postgres, ...kafka, ...redis },
  notifications: { ...postgres, ...kafka, ...redis },
  realtime: { ...each(['notifications'], 'grpc'), ...kafka, ...redis },
  console: each(['gateway'], 'http'),
  database: postgres,
  verify: { ...postgres, ...kafka },
  prometheus: each(services, 'http'),
  grafana: each(['prometheus'], 'http'),
};

/** With the observability of the full profile, every service tells Jaeger, and Grafana asks it. */
const tracing: Readonly<Record<string, Reaches>> = {
  ...Object.fromEntries(services.map((service) => [service, each(['jaeger'], 'otlp-http')])),
  grafana: each(['jaeger'], 'http'),
};

/** What people reach, and so anybody who is under no policy of the release. Its own pods may not: nobody of them calls an edge. */
const open: Reaches = each(['gateway', 'graph', 'realtime', 'console', 'prometheus', 'grafana', 'jaeger'], 'http');

export const isService = (component: string): boolean => (services as readonly string[]).includes(component);

/** A pod of another namespace, under no policy of its own. */
export const outsider = 'another namespace';

/** A pod of the release's namespace that is no part of the release: its neighbour, no more. */
export const stranger = 'stranger';

export const isForeign = (source: string): boolean => source === outsider || source === stranger;

export function mayReach(source: string, target: string, port: string): boolean {
  const tables = isForeign(source) ? [{ [source]: open }] : [arrows, tracing];
  return tables.some((table) => table[source]?.[target]?.includes(port) ?? false);
}

export interface Arrow {
  source: string;
  target: string;
  port: string;
}

/** Every arrow between these components. */
export function arrowsAmong(components: readonly string[]): Arrow[] {
  const found = [arrows, tracing].flatMap((table) =>
    Object.entries(table).flatMap(([source, reaches]) =>
      Object.entries(reaches).flatMap(([target, ports]) => ports.map((port) => ({ source, target, port }))),
    ),
  );
  return found.filter(({ source, target }) => components.includes(source) && components.includes(target));
}
