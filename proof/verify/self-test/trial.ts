/**
 * One bug, one verdict. A trial counts only if the invariant held before the bug was switched on, on a system in which nothing is under
 * way, and does not hold with it; what may settle must stay broken for a while.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from '../verify.ts';
import type { Trial } from './trials.ts';

/** The system that has the bugs. */
export interface Subject {
  /** How the invariants stand now. */
  look(): Promise<Result[]>;
  arm(trial: Trial): Promise<void>;
  disarm(trial: Trial): Promise<void>;
  work(trial: Trial): Promise<void>;
}

export interface Patience {
  /** For what is under way to settle. */
  settleMs: number;
  /** For a violation to be seen, and how long one that may settle has to last. */
  noticeMs: number;
  lastMs: number;
  everyMs: number;
}

/** Time that passes: the machine's, or a test's own. */
export interface Clock {
  nowMs(): number;
  sleep(ms: number): Promise<unknown>;
}

const machineClock: Clock = { nowMs: () => performance.now(), sleep: (ms) => sleep(ms) };

export interface Outcome {
  caught: boolean;
  counterExample?: Result['counterExample'];
  /** Other invariants that noticed as well, or have not settled yet. */
  also: string[];
  /** Why it could not be tried. */
  error?: string;
}

const resultOf = (results: readonly Result[], name: string): Result => {
  const found = results.find(({ invariant }) => invariant === name);
  if (!found) throw new Error(`there is no invariant '${name}'`);
  return found;
};

const brokenIn = (results: readonly Result[]): string[] =>
  results.filter(({ ok }) => !ok).map(({ invariant }) => invariant);

/** Whether the invariant holds, now or soon. */
export async function holds(
  subject: Subject,
  name: string,
  { settleMs, everyMs }: Patience,
  clock = machineClock,
): Promise<boolean> {
  const deadline = clock.nowMs() + settleMs;
  for (;;) {
    if (resultOf(await subject.look(), name).ok) return true;
    if (clock.nowMs() > deadline) return false;
    await clock.sleep(everyMs);
  }
}

export async function attempt(
  subject: Subject,
  trial: Trial,
  { settles, patience, clock = machineClock }: { settles: boolean; patience: Patience; clock?: Clock },
): Promise<Outcome> {
  const before = new Set(brokenIn(await subject.look()));
  await subject.arm(trial);
  try {
    await subject.work(trial);
    const { also, ...outcome } = await notice(subject, trial.caughtBy, { settles, patience, clock });
    return { ...outcome, also: also.filter((name) => !before.has(name)) };
  } finally {
    await subject.disarm(trial);
  }
}

async function notice(
  subject: Subject,
  name: string,
  { settles, patience: { noticeMs, lastMs, everyMs }, clock }: { settles: boolean; patience: Patience; clock: Clock },
): Promise<Outcome> {
  const begun = clock.nowMs();
  let brokenSince: number | undefined;
  for (;;) {
    const results = await subject.look();
    const { ok, counterExample } = resultOf(results, name);
    const now = clock.nowMs();
    brokenSince = ok ? undefined : (brokenSince ?? now);
    const also = brokenIn(results).filter((one) => one !== name);
    const lasted = brokenSince !== undefined && (!settles || now - brokenSince >= lastMs);
    if (lasted) return { caught: true, counterExample, also };
    if (brokenSince === undefined && now - begun > noticeMs) return { caught: false, also };
    await clock.sleep(everyMs);
  }
}
