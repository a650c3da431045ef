/**
 * Judges the whole system from outside: from the rows in PostgreSQL and the records on Kafka, never through a service.
 * Repeats while an invariant that may settle is broken, up to `patienceMs`. A violation of another one is final immediately.
 * A system that takes orders all the time has no certain verdict: stop the load first.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../harness/workload/history.ts';
import { historyInvariants } from './history/invariants.ts';
import type { Finding, Invariant, Snapshot } from './invariant.ts';
import { invariants } from './invariants/index.ts';
import { readRecords } from './records.ts';
import { readRows } from './rows.ts';

export interface Result extends Finding {
  invariant: string;
  ok: boolean;
}

export interface Verdict {
  ok: boolean;
  checked: number;
  /** Until all invariants held, or until the timeout. */
  ms: number;
  results: Result[];
  wireDuplicates: number;
  strangers: number;
}

export interface Sources {
  /** A role that may read every schema. */
  databaseUrl: string;
  brokers: string[];
}

export interface VerifyOptions {
  /** How long to wait for work in progress; 15 s by default. */
  patienceMs?: number;
  /** The history that clients recorded, to be judged as well. */
  history?: readonly Operation[] | undefined;
}

export const judge = (snapshot: Snapshot, asked: readonly Invariant[] = invariants): Result[] =>
  asked.map(({ name, judge: judged }) => {
    const finding = judged(snapshot);
    return { invariant: name, ok: !finding.counterExample, ...finding };
  });

export const allInvariants: readonly Invariant[] = [...invariants, ...historyInvariants];

/** Invariants that no work under way can explain away. */
export const final = new Set(allInvariants.filter(({ settles }) => !settles).map(({ name }) => name));

/** Reads the rows first: events published meanwhile then make only the records newer. */
export async function look({ databaseUrl, brokers }: Sources): Promise<Snapshot> {
  const rows = await readRows(databaseUrl);
  return { rows, records: await readRecords(brokers) };
}

const pauseMs = 250;

export async function verify(sources: Sources, { patienceMs = 15_000, history }: VerifyOptions = {}): Promise<Verdict> {
  const asked = history ? allInvariants : invariants;
  const start = performance.now();
  for (;;) {
    const snapshot = { ...(await look(sources)), ...(history && { history }) };
    const results = judge(snapshot, asked);
    const broken = results.filter(({ ok }) => !ok);
    const ms = Math.round(performance.now() - start);
    if (broken.length === 0 || broken.some(({ invariant }) => final.has(invariant)) || ms > patienceMs) {
      const checked = results.reduce((sum, result) => sum + result.checked, 0);
      const { wireDuplicates, strangers } = snapshot.records;
      return { ok: broken.length === 0, checked, ms, results, wireDuplicates, strangers };
    }
    await sleep(pauseMs);
  }
}
