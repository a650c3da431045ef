/** The PromQL expressions of the panels. A filter is the text between the braces; the default is the selection of the dashboard. */

/** Grafana puts in the smallest window that surely holds enough scrapes for the zoom. */
const window = '[$__rate_interval]';

/** The services and pods that were picked at the top of the dashboard. */
export const picked = 'service=~"$service", pod=~"$pod"';

const selected = (metric: string, filter: string) => (filter ? `${metric}{${filter}}` : metric);
const grouping = (by: string) => (by ? ` by (${by})` : '');

/** Events per second of a counter, or of a histogram's `_count`. */
export const perSecond = (metric: string, by = '', filter = picked): string =>
  `sum${grouping(by)} (rate(${selected(metric, filter)}${window}))`;

/** The time that the given share of the observations did not exceed. */
export const quantile = (q: number, histogram: string, by = '', filter = picked): string =>
  `histogram_quantile(${q}, ${perSecond(`${histogram}_bucket`, by ? `le, ${by}` : 'le', filter)})`;

export const total = (gauge: string, by = '', filter = picked): string =>
  `sum${grouping(by)} (${selected(gauge, filter)})`;
export const highest = (gauge: string, by = '', filter = picked): string =>
  `max${grouping(by)} (${selected(gauge, filter)})`;

/** Seconds since the time that a gauge holds; zero where it holds none. */
export const oldestAge = (timestamp: string, by: string, filter = picked): string => {
  const since = selected(timestamp, filter);
  return `max${grouping(by)} ((time() - ${since}) * (${since} > bool 0))`;
};

/**
 * Zero where `expr` has no series but `basis` has: an error that never happened has no counter yet. Without a basis, as when the
 * service is away, it stays empty: absence of the whole is not zero.
 */
export const orZero = (expr: string, basis: string): string => `(${expr}) or (${basis}) * 0`;

/** The share of a whole that has traffic. */
export const share = (part: string, whole: string): string => `(${orZero(part, whole)}) / (${whole})`;

/** A filter for what was picked and more. */
export const pickedAnd = (filter: string): string => `${picked}, ${filter}`;
