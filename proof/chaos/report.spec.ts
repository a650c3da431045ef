import type { Operation } from '../harness/workload/history.ts';
import { p99, reportOf, tableHead, tableLine, type InjectedFault } from './report.ts';

const operation = (
  key: string,
  invokedAt: number,
  endedAt: number | undefined,
  more: Partial<Operation> = {},
): Operation => ({
  op: `op-${key}`,
  process: 'c1',
  key,
  f: 'transfer',
  customer: 'load-1',
  value: {},
  type: 'ok',
  invokedAt,
  endedAt,
  ...more,
});

const fault: InjectedFault = {
  number: 1,
  id: 'kill-payments',
  target: 'payments-2',
  beganAt: 1_000,
  liftedAt: 1_200,
  wellAt: 3_000,
  hit: true,
  signals: ['service_ready'],
};

const none = { lost: new Set<string>(), duplicated: new Set<string>() };

test('a fault counts the requests that were under way between its beginning and the recovery', () => {
  const operations = [
    operation('before', 0, 900),
    operation('across', 900, 1_100),
    operation('within', 1_500, 1_900, { tries: 3 }),
    operation('refused', 1_500, 1_600, { type: 'fail', tries: 2 }),
    operation('open', 2_000, undefined, { type: 'unknown' }),
    operation('after', 3_100, 3_200, { tries: 2 }),
  ];
  expect(reportOf(fault, operations, none)).toEqual({
    fault: 1,
    id: 'kill-payments',
    target: 'payments-2',
    ok: true,
    hit: true,
    heldMs: 200,
    recoveryMs: 1_800,
    requests: 4,
    retried: 1,
    unknown: 1,
    lost: 0,
    duplicated: 0,
    p99Ms: 400,
    signals: ['service_ready'],
  });
});

test('what verify found is counted where it happened', () => {
  const operations = [operation('a', 1_500, 1_600), operation('b', 2_500, 2_600), operation('c', 5_000, 5_100)];
  const wrong = { lost: new Set(['a', 'c']), duplicated: new Set(['b']) };
  expect(reportOf(fault, operations, wrong)).toMatchObject({ ok: false, lost: 1, duplicated: 1 });
});

test('a system that is never well again says so, and everything after counts', () => {
  const report = reportOf(
    { ...fault, wellAt: undefined, problem: 'no order ended' },
    [operation('late', 90_000, 90_010)],
    none,
  );
  expect(report).toMatchObject({ ok: false, recoveryMs: null, requests: 1 });
  expect(tableLine(report)).toMatch(/NEVER[^]*no order ended/);
});

test('the columns of the table are under their names', () => {
  const line = tableLine(reportOf(fault, [], none));
  expect(line.length).toBe(tableHead().length);
  expect(line.slice(tableHead().indexOf('fault'))).toMatch(/^kill-payments/);
});

test('the 99th percentile is a value that was measured', () => {
  expect(p99([])).toBe(0);
  expect(p99([5])).toBe(5);
  expect(p99(Array.from({ length: 200 }, (_, index) => index + 1))).toBe(198);
});
