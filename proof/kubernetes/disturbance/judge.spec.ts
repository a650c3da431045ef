import type { LoadResult } from '../../load/load.ts';
import type { Recovery } from '../recovery.ts';
import { mustBeGotOver, mustBeUnnoticed, mustHold, mustMissNothing } from './judge.ts';

const result: LoadResult = {
  name: 'realtime',
  ok: true,
  requests: 100,
  failed: 0,
  firstTryFailures: 0,
  p95Ms: 40,
  orders: 30,
  listeners: 20,
  events: 400,
  gaps: 0,
  duplicates: 0,
  resets: 0,
  reconnects: 12,
  reconnectMaxMs: 900,
  thresholds: [],
  failedChecks: [],
  scriptErrors: [],
};

test('a load that held', () => {
  expect(mustHold(result)).toContain('30 orders');
  expect(mustMissNothing(result)).toContain('12 reconnects');
});

test('a broken threshold is reported', () => {
  const thresholds = [{ metric: 'failed', expression: 'rate==0', ok: false, seen: 0.1, of: 'k6' as const }];
  expect(() => mustHold({ ...result, ok: false, thresholds })).toThrow(/failed rate==0: 0.1/);
});

test.each([{ gaps: 1 }, { duplicates: 1 }, { resets: 1 }, { events: 0 }, { listeners: 0 }])('%o is a miss', (seen) => {
  expect(() => mustMissNothing({ ...result, ...seen })).toThrow();
});

const recovery: Recovery = {
  what: 'restart orders',
  readyMs: 20_000,
  requests: 90,
  failedFirst: 0,
  failedForGood: 0,
  cuts: 3,
  slowestBackMs: 400,
};

test('a roll that nobody noticed', () => {
  expect(mustBeUnnoticed(recovery, '')).toContain('none failed');
});

test.each([{ failedFirst: 1 }, { slowestBackMs: 5_001 }, { requests: 0 }])('%o was noticed', (seen) => {
  expect(() => mustBeUnnoticed({ ...recovery, ...seen }, '1 × place-order: 503')).toThrow();
});

test('an upgrade may be noticed, but nothing may be lost by it', () => {
  expect(mustBeGotOver({ ...recovery, failedFirst: 3 }, '')).toContain('3 failed once');
  expect(() => mustBeGotOver({ ...recovery, failedFirst: 3, failedForGood: 1 }, '1 × 503')).toThrow(
    /never succeeded:\n1 × 503/,
  );
});
