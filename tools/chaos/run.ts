/**
 * Breaks a whole Halftone on a schedule while customers work, then lets go, waits until all is quiet, and judges: from the rows, the
 * records and what the customers were told. Nothing may be lost and nothing done twice.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arena } from '../arena/arena.ts';
import { programHome } from '../engines/config.ts';
import { orInterrupted } from '../engines/interruption.ts';
import { operationsOf, type Operation } from '../history/history.ts';
import { seeded } from '../history/random.ts';
import { Recorder } from '../history/recorder.ts';
import { customerName, work } from '../history/workload.ts';
import { messageOf } from '../command/message-of.ts';
import { readRows } from '../verify/rows.ts';
import { verify, type Result } from '../verify/verify.ts';
import { Canary } from './canary.ts';
import { effectsIn, wrongIn } from './effects.ts';
import { inject } from './inject.ts';
import { untilQuiet } from './quiet.ts';
import { countsOf, reportOf, type Committed, type Counts, type FaultReport } from './report.ts';
import { watch } from './signals.ts';
import { targetOf, type Planned } from './schedule.ts';
import { customers, openStage } from './stage.ts';

export interface ChaosOptions {
  seed: number;
  plan: readonly Planned[];
  /** Planted in every process, to see that chaos notices. */
  bug?: string | undefined;
  note: (text: string) => void;
  /** Hears of each fault when the system is well again. */
  done: (fault: Committed) => void;
  signal: AbortSignal;
}

export interface ChaosResult {
  seed: number;
  ok: boolean;
  faults: FaultReport[];
  /** Faults that hurt something. */
  hit: number;
  total: Counts;
  quietMs: number;
  /** What was still under way when the time for it ran out. */
  notQuiet: Record<string, number>;
  invariants: Result[];
}

export const chaosFolder = join(programHome, 'chaos');
export const historyFile = (seed: number): string => join(chaosFolder, `${seed}.jsonl`);

const quietWithinMs = 60_000;
const wellWithinMs = 60_000;

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, note, signal } = options;
  const recorder = new Recorder(historyFile(seed));
  const arena = await openStage(options.bug !== undefined, note, signal);
  try {
    if (options.bug) await plant(arena, options.bug);
    const committed = await underLoad(arena, recorder, options);
    note('no more faults; waiting until all is quiet');
    const judged = untilQuiet(arena.sources.databaseUrl, quietWithinMs).then((quiet) =>
      judge(arena, committed, operationsOf(recorder.lines), quiet, seed),
    );
    return await orInterrupted(judged, signal);
  } finally {
    recorder.close();
    await arena.close();
  }
}

const plant = (arena: Arena, bug: string): Promise<unknown> =>
  Promise.all(arena.processes().map((process) => arena.arm(process, `${bug}=bug`)));

/** The load ends when the last fault is over, or when it is told to. */
async function underLoad(arena: Arena, recorder: Recorder, options: ChaosOptions): Promise<Committed[]> {
  const { seed, plan, note, done, signal } = options;
  const canary = await Canary.open(arena, customerName(customers + 1), recorder);
  await canary.well(wellWithinMs, signal);
  const end = new AbortController();
  const load = work({
    gateways: () => arena.gateways,
    recorder,
    random: seeded(seed).branch('load'),
    customers,
    pauseMs: 600,
    bank: true,
    signal: AbortSignal.any([signal, end.signal]),
  });
  load.catch(() => undefined);
  note(`${customers} customers work; ${plan.length} faults to come`);
  const began = Date.now();
  const committed: Committed[] = [];
  try {
    for (const planned of plan) {
      await sleep(Math.max(0, began + planned.atMs - Date.now()), undefined, { signal });
      const fault = await commit(planned, arena, canary, signal);
      committed.push(fault);
      done(fault);
    }
  } finally {
    end.abort();
  }
  await load;
  return committed;
}

/** A fault that cannot be committed or does not heal is reported, and the next one has its turn. */
async function commit(planned: Planned, arena: Arena, canary: Canary, signal: AbortSignal): Promise<Committed> {
  const { number, scenario } = planned;
  const signals = await watch(arena, scenario.expect.metrics);
  const beganAt = Date.now();
  const facts = { number, id: scenario.id, target: targetOf(planned), beganAt };
  let hit = false;
  let liftedAt = beganAt;
  try {
    hit = await inject(planned, arena, signal).finally(() => (liftedAt = Date.now()));
    if (hit) await orInterrupted(canary.well(wellWithinMs, signal), signal);
    const wellAt = hit ? Date.now() : liftedAt;
    return { ...facts, hit, liftedAt, wellAt, signals: await signals.end() };
  } catch (error) {
    signal.throwIfAborted();
    return { ...facts, hit, liftedAt, wellAt: undefined, signals: await signals.end(), problem: messageOf(error) };
  }
}

async function judge(
  arena: Arena,
  committed: readonly Committed[],
  operations: readonly Operation[],
  quiet: { ms: number; left: Record<string, number> },
  seed: number,
): Promise<ChaosResult> {
  const verdict = await verify(arena.sources, { patienceMs: quietWithinMs - quiet.ms, history: operations });
  const wrong = wrongIn(operations, effectsIn(await readRows(arena.sources.databaseUrl)));
  const faults = committed.map((fault) => reportOf(fault, operations, wrong));
  const total = countsOf(operations, wrong);
  const isQuiet = Object.keys(quiet.left).length === 0;
  const healed = faults.every((fault) => fault.ok);
  const differs = operations.filter((one) => one.differs !== undefined).length;
  const ok = verdict.ok && isQuiet && healed && total.lost === 0 && total.duplicated === 0 && differs === 0;
  const hit = faults.filter((fault) => fault.hit).length;
  return {
    seed,
    ok,
    faults,
    hit,
    total,
    quietMs: quiet.ms + verdict.ms,
    notQuiet: quiet.left,
    invariants: verdict.results,
  };
}
