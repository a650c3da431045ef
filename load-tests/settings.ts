/** The settings of a run, from its environment: `npm run load` sets them, and so does `k6 run -e NAME=value`. */

/** `90s`, `10m`, `1h30m` as milliseconds; k6 reads the same words. */
export function milliseconds(duration: string): number {
  const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map(([whole]) => whole).join('') !== duration || parts.length === 0) {
    throw new Error(`DURATION: ${JSON.stringify(duration)} is not like 30s, 10m or 1h30m`);
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0);
}

const text = (name: string, fallback: string): string => __ENV[name] || fallback;
const list = (value: string): string[] => value.split(',').map((one) => one.trim().replace(/\/$/, ''));

function number(name: string, fallback: number): number {
  const value = Number(text(name, String(fallback)));
  if (!(value > 0)) throw new Error(`${name}: ${JSON.stringify(__ENV[name])} is not a number above 0`);
  return value;
}

export const urls = {
  gateway: list(text('GATEWAY_URL', 'http://127.0.0.1:8080'))[0] ?? '',
  graphql: text('GRAPHQL_URL', 'http://127.0.0.1:8081/graphql'),
  realtime: list(text('REALTIME_URLS', 'http://127.0.0.1:8090')),
  /** host:port of the orders service. Inside a cluster only, so the gRPC part is left out where it is not given. */
  grpc: text('ORDERS_GRPC', ''),
};

export const password = text('SEED_PASSWORD', 'halftone');

/** Requests that a try did not get through are allowed as long as a later one with the same key does. */
export const patient = text('PATIENT', '') === '1';

/** One line of JSON per request and per lost connection on stderr, for whoever watches. */
export const live = text('LIVE', '') === '1';

export const duration = (fallback: string): string => text('DURATION', fallback);
export const rate = (fallback: number): number => number('RATE', fallback);
export const vus = (fallback: number): number => Math.round(number('VUS', fallback));

/** JSON of metric → expressions; what stands here replaces the thresholds of that metric. */
export const thresholdsGiven = JSON.parse(text('THRESHOLDS', '{}')) as Record<string, string[]>;
