/** Which component may connect to which: a copy of tools/shop/arrows.ts on purpose, as that page explains, and what watches. */

/** The container ports that may be reached, by component. */
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
  payments: { ...each(['orders'], 'grpc'), ...each(['bank'], 'http'), ...postgres, ...kafka },
  bank: postgres,
  images: { ...postgres, ...kafka, ...redis },
  'images-worker': { ...postgres, ...kafka, ...redis },
  notifications: { ...postgres, ...kafka, ...redis },
  realtime: { ...each(['images', 'notifications'], 'grpc'), ...kafka, ...redis },
  console: each(['gateway'], 'http'),
  database: postgres,
  verify: { ...postgres, ...kafka },
  prometheus: each(services, 'metrics'),
  grafana: each(['prometheus'], 'http'),
};

/** In the full profile every service sends traces to Jaeger, and Grafana reads them. */
const tracing: Readonly<Record<string, Reaches>> = {
  ...Object.fromEntries(services.map((service) => [service, each(['jaeger'], 'otlp-http')])),
  grafana: each(['jaeger'], 'http'),
};

/** The public edges: open to clients outside of the release. Its own pods may not call them. */
const open: Reaches = each(['gateway', 'graph', 'realtime', 'console', 'prometheus', 'grafana', 'jaeger'], 'http');

export const isService = (component: string): boolean => (services as readonly string[]).includes(component);

/** A pod of another namespace, under no policy of its own. */
export const outsider = 'another namespace';

/** A pod in the namespace of the release that is not part of it. */
export const unrelatedPod = 'unrelated-pod';

export const isForeign = (source: string): boolean => source === outsider || source === unrelatedPod;

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
