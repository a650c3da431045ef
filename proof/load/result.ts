/** Makes the result of a load test from k6's summary and the events that the streams received. Pure. */
import { judge, measureOf, type Threshold } from './threshold.ts';

/** As `load-tests/summary.ts` writes it. */
export interface Summary {
  metrics: Record<string, { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> }>;
  checks: { name: string; passes: number; fails: number }[];
}

export interface StreamsResult {
  listeners: number;
  events: number;
  gaps: number;
  duplicates: number;
  resets: number;
  /** Milliseconds of each lost connection until it was back. */
  backMs: number[];
}

export interface LoadResult {
  name: string;
  ok: boolean;
  /** One with its retries counts once. */
  requests: number;
  /** Got no usable answer, retries included. */
  failed: number;
  firstTryFailures: number;
  p95Ms: number;
  orders: number;
  listeners: number;
  events: number;
  gaps: number;
  duplicates: number;
  resets: number;
  /** Connections of listeners that were lost. */
  reconnects: number;
  reconnectMaxMs: number;
  thresholds: Threshold[];
  failedChecks: { name: string; fails: number }[];
  /** Errors of the test itself; none is all right. */
  scriptErrors: string[];
}

export const noStreams: StreamsResult = { listeners: 0, events: 0, gaps: 0, duplicates: 0, resets: 0, backMs: [] };

function seenByK6({ metrics }: Summary): Threshold[] {
  return Object.entries(metrics).flatMap(([metric, { values, thresholds = {} }]) =>
    Object.entries(thresholds).map(([expression, { ok }]) => {
      const seen = values[measureOf(expression)] ?? Number.NaN;
      return { metric, expression, ok, seen, of: 'k6' as const };
    }),
  );
}

/** The streams are held against the same thresholds as k6's own listeners. */
function seenByStreams(thresholds: readonly Threshold[], streams: StreamsResult): Threshold[] {
  if (streams.listeners === 0) return [];
  const values: Record<string, Record<string, number>> = {
    events_received: { count: streams.events },
    gaps: { count: streams.gaps },
    duplicates: { count: streams.duplicates },
    resets: { count: streams.resets },
    cuts: { count: streams.backMs.length },
    reconnect_ms: { max: Math.max(0, ...streams.backMs) },
  };
  return thresholds.flatMap(({ metric, expression }) => {
    const ours = values[metric];
    return ours ? [judge(metric, expression, ours)] : [];
  });
}

export function resultOf(name: string, summary: Summary, streams: StreamsResult, scriptErrors: string[]): LoadResult {
  const count = (metric: string) => summary.metrics[metric]?.values['count'] ?? 0;
  const ofTrend = (metric: string, value: string) => summary.metrics[metric]?.values[value] ?? 0;
  const ofK6 = seenByK6(summary);
  const thresholds = [...ofK6, ...seenByStreams(ofK6, streams)];
  return {
    name,
    ok: scriptErrors.length === 0 && thresholds.length > 0 && thresholds.every((one) => one.ok),
    requests: count('requests'),
    failed: summary.metrics['failed']?.values['passes'] ?? 0,
    firstTryFailures: count('first_try_failures'),
    p95Ms: Math.round(ofTrend('answer_ms', 'p(95)')),
    orders: count('orders_placed'),
    listeners: count('listeners') + streams.listeners,
    events: count('events_received') + streams.events,
    gaps: count('gaps') + streams.gaps,
    duplicates: count('duplicates') + streams.duplicates,
    resets: count('resets') + streams.resets,
    reconnects: count('cuts') + streams.backMs.length,
    reconnectMaxMs: Math.round(Math.max(ofTrend('reconnect_ms', 'max'), 0, ...streams.backMs)),
    thresholds,
    failedChecks: summary.checks
      .filter(({ fails }) => fails > 0)
      .map(({ name: check, fails }) => ({ name: check, fails })),
    scriptErrors,
  };
}
