/**
 * Injects faults into a whole shop on a schedule while customers work, waits until no work is left, and judges the result.
 * It reads rows, events and the recorded history. Nothing may be lost or done twice.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../harness/sandbox/sandbox.ts';
import { programHome } from '@halftone/tools/os/config.ts';
import { orInterrupted } from '@halftone/tools/os/interruption.ts';
import { operationsOf, type Operation } from '../harness/workload/history.ts';
import { seeded } from '../harness/workload/random.ts';
import { Recorder } from '../harness/workload/recorder.ts';
import { customerName, work } from '../harness/workload/workload.ts';
import { messageOf } from '@halftone/tools/terminal/message-of.ts';
import { readRows } from '../verify/rows.ts';
import { verify, type Result } from '../verify/verify.ts';
import { ProbeClient } from './probe-client.ts';
import { effectsIn, wrongIn } from './effects.ts';
import { inject } from './inject.ts';
import { untilIdle } from '../harness/sandbox/work-in-progress.ts';
import { countsOf, reportOf, type InjectedFault, type Counts, type FaultReport } from './report.ts';
import { watch } from './signals.ts';
import { targetOf, type Planned } from './schedule.ts';
import { customers, openChaosSandbox } from './chaos-sandbox.ts';
import { awaitedLater } from '@halftone/tools/os/waiting.ts';

export interface ChaosOptions {
  seed: number;
  plan: readonly Planned[];
  /** A planted bug in every process; the run must fail. */
  bug?: string | undefined;
  note: (text: string) => void;
  /** Called for each fault when the system is healthy again. */
  done: (fault: InjectedFault) => void;
  signal: AbortSignal;
}

export interface ChaosResult {
  seed: number;
  ok: boolean;
  faults: FaultReport[];
  /** Faults that had an effect. */
  hit: number;
  total: Counts;
  quietMs: number;
  /** Work that was still in progress at the timeout. */
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
  const sandbox = await openChaosSandbox(options.bug !== undefined, note, signal);
  try {
    if (options.bug) await plantBug(sandbox, options.bug);
    const injected = await underLoad(sandbox, recorder, options);
    note('no more faults; waiting until all is quiet');
    const judged = untilIdle(sandbox.sources.databaseUrl, quietWithinMs).then((quiet) =>
      judge(sandbox, injected, operationsOf(recorder.lines), quiet, seed),
    );
    return await orInterrupted(judged, signal);
  } finally {
    recorder.close();
    await sandbox.close();
  }
}

const plantBug = (sandbox: Sandbox, bug: string): Promise<unknown> =>
  Promise.all(sandbox.processes().map((process) => sandbox.arm(process, `${bug}=bug`)));

/** The load ends after the last fault, or on abort. */
async function underLoad(sandbox: Sandbox, recorder: Recorder, options: ChaosOptions): Promise<InjectedFault[]> {
  const { seed, plan, note, done, signal } = options;
  const probe = await ProbeClient.open(sandbox, customerName(customers + 1), recorder);
  await probe.waitUntilHealthy(wellWithinMs, signal);
  const end = new AbortController();
  const load = work({
    gateways: () => sandbox.gateways,
    recorder,
    random: seeded(seed).branch('load'),
    customers,
    pauseMs: 600,
    bank: true,
    signal: AbortSignal.any([signal, end.signal]),
  });
  void awaitedLater(load);
  note(`${customers} customers work; ${plan.length} faults to come`);
  const began = Date.now();
  const injected: InjectedFault[] = [];
  try {
    for (const planned of plan) {
      await sleep(Math.max(0, began + planned.atMs - Date.now()), undefined, { signal });
      const fault = await runFault(planned, sandbox, probe, signal);
      injected.push(fault);
      done(fault);
    }
  } finally {
    end.abort();
  }
  await load;
  return injected;
}

/** A fault that fails or does not heal is reported; the next one follows. */
async function runFault(
  planned: Planned,
  sandbox: Sandbox,
  probe: ProbeClient,
  signal: AbortSignal,
): Promise<InjectedFault> {
  const { number, scenario } = planned;
  const signals = await watch(sandbox, scenario.expect.metrics);
  const beganAt = Date.now();
  const facts = { number, id: scenario.id, target: targetOf(planned), beganAt };
  let hit = false;
  let liftedAt = beganAt;
  try {
    hit = await inject(planned, sandbox, signal).finally(() => (liftedAt = Date.now()));
    if (hit) await orInterrupted(probe.waitUntilHealthy(wellWithinMs, signal), signal);
    const wellAt = hit ? Date.now() : liftedAt;
    return { ...facts, hit, liftedAt, wellAt, signals: await signals.end() };
  } catch (error) {
    signal.throwIfAborted();
    return { ...facts, hit, liftedAt, wellAt: undefined, signals: await signals.end(), problem: messageOf(error) };
  }
}

async function judge(
  sandbox: Sandbox,
  injected: readonly InjectedFault[],
  operations: readonly Operation[],
  quiet: { ms: number; left: Record<string, number> },
  seed: number,
): Promise<ChaosResult> {
  const verdict = await verify(sandbox.sources, { patienceMs: quietWithinMs - quiet.ms, history: operations });
  const wrong = wrongIn(operations, effectsIn(await readRows(sandbox.sources.databaseUrl)));
  const faults = injected.map((fault) => reportOf(fault, operations, wrong));
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
