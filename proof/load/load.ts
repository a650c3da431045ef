/** One load test: k6 and, beside it, the event streams. */
import { demoPassword } from '@halftone/tools/shop/settings.ts';
import type { Urls } from '@halftone/tools/os/run-state.ts';
import { findK6, invocationOf, runK6, type K6Run } from './k6.ts';
import { resultOf, type LoadResult } from './result.ts';
import type { CutSeen, RequestSeen } from './load-events.ts';
import { Streams } from './streams.ts';
import { loadTests, type LoadTest } from './tests.ts';
import { awaitedLater } from '@halftone/tools/os/waiting.ts';

export type { LoadResult } from './result.ts';

export interface LoadOptions {
  urls: Urls;
  /** Of the orders service; without it nothing is ordered over gRPC. */
  grpc?: string | undefined;
  /** As k6 writes it: `30s`, `10m`. */
  duration?: string | undefined;
  /** Orders a second. */
  rate?: number | undefined;
  vus?: number | undefined;
  /** A first try may fail as long as a later one with the same key succeeds. */
  patient?: boolean | undefined;
  thresholds?: Record<string, string[]> | undefined;
  k6Args?: readonly string[] | undefined;
  signal?: AbortSignal | undefined;
  onRequest?: ((request: RequestSeen) => void) | undefined;
  onCut?: ((cut: CutSeen) => void) | undefined;
  /** Warnings and errors of the run, for people. */
  say?: ((text: string) => void) | undefined;
}

export interface Load {
  /** Of the whole run; rejects when there is no result. */
  done: Promise<LoadResult>;
  /** Ends it now and gives what was seen so far. */
  stop(): Promise<LoadResult>;
}

const ownTest = (name: string): LoadTest => {
  const test = loadTests.find((one) => one.name === name);
  if (!test) throw new Error(`there is no load test ${name}`);
  return test;
};

/** The settings that the scripts read; see `load-tests/settings.ts`. */
export function settingsOf({
  urls,
  grpc,
  duration,
  rate,
  vus,
  patient,
  thresholds,
}: LoadOptions): Record<string, string> {
  return {
    GATEWAY_URL: urls.gateway,
    GRAPHQL_URL: urls.graphql,
    REALTIME_URLS: urls.realtime.join(','),
    SEED_PASSWORD: demoPassword(),
    SUMMARY: 'json',
    LIVE: '1',
    ORDERS_GRPC: grpc ?? '',
    DURATION: duration ?? '',
    RATE: rate === undefined ? '' : String(rate),
    VUS: vus === undefined ? '' : String(vus),
    PATIENT: patient ? '1' : '',
    THRESHOLDS: JSON.stringify(thresholds ?? {}),
  };
}

type LiveLine = ({ type: 'request' } & RequestSeen) | ({ type: 'cut' } & CutSeen);

const notify =
  ({ onRequest, onCut }: LoadOptions) =>
  (text: string): void => {
    const { type, ...line } = JSON.parse(text) as LiveLine;
    if (type === 'request') onRequest?.(line as RequestSeen);
    else onCut?.(line as CutSeen);
  };

/** Resolves when its listeners of event streams are connected and k6 has begun. */
export async function startLoad(name: string, options: LoadOptions): Promise<Load> {
  const test = ownTest(name);
  const { urls, signal, k6Args = [], say = () => undefined } = options;
  signal?.throwIfAborted();
  const way = await findK6();
  const streams = await Streams.open(urls, test.streams);
  const settings = settingsOf(options);
  const k6 = runK6(invocationOf(way, `load-tests/${name}.ts`, settings, k6Args), settings, notify(options), say);
  const interrupt = () => k6.interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  const done = resultWhenEnded(name, k6, streams, options).finally(() =>
    signal?.removeEventListener('abort', interrupt),
  );
  void awaitedLater(done);
  return { done, stop: () => (k6.interrupt(), done) };
}

async function resultWhenEnded(name: string, k6: K6Run, streams: Streams, { onCut }: LoadOptions): Promise<LoadResult> {
  const reported = new Set<object>();
  const reportCuts = () => {
    for (const cut of streams.newCuts(reported)) onCut?.({ listener: 'event stream', ...cut });
  };
  const watch = setInterval(reportCuts, 200);
  try {
    const { summary, scriptErrors } = await k6.ended;
    const received = await streams.end();
    reportCuts();
    return resultOf(name, summary, received, scriptErrors);
  } finally {
    clearInterval(watch);
    await streams.close();
  }
}
