/**
 * Judges the whole system from outside: from the rows in PostgreSQL and the records on Kafka, never through a service.
 * Looks again while what may still settle has not, up to `patienceMs`; what no work under way can explain is final at once.
 * Says nothing certain about a system that takes orders all the time: wait until it is quiet.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../history/history.ts';
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
  /** Until all held, or until it was given up. */
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
  /** How long to wait for work under way; 15 s unless told. */
  patienceMs?: number;
  /** What clients recorded, to be judged as well. */
  history?: readonly Operation[] | undefined;
}

export const judge = (snapshot: Snapshot, asked: readonly Invariant[] = invariants): Result[] =>
  asked.map(({ name, judge: judged }) => {
    const finding = judged(snapshot);
    return { invariant: name, ok: !finding.counterExample, ...finding };
  });

export const allInvariants: readonly Invariant[] = [...invariants, ...historyInvariants];

/** Invariants that no work under way can explain away. */
const final = new Set(allInvariants.filter(({ settles }) => !settles).map(({ name }) => name));

/** Rows first and records after, so that what the relay does in between makes the records newer, never the rows. */
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
