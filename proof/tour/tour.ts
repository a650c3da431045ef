/**
 * The tour of `npm start`: a photo goes through the running system, seen from outside. Any one process or pod may be killed meanwhile:
 * requests are retried with the same key, and listeners continue at another replica. It works on a used system too.
 */
import { messageWithCause } from '@halftone/tools/terminal/message-of.ts';
import { beginTour, endTour, type Step, type Tour } from './step.ts';
import { graphStep } from './steps/graph.ts';
import { orderStep } from './steps/order.ts';
import { resumeStep } from './steps/resume.ts';
import { transferStep } from './steps/transfer.ts';
import { uploadStep } from './steps/upload.ts';
import { verifyStep } from './steps/verify.ts';
import type { TouredSystem } from './toured-system.ts';

export interface StepReport {
  step: string;
  ok: boolean;
  ms: number;
  detail: string | object;
}

export interface TourResult {
  ok: boolean;
  lost: number;
  duplicated: number;
}

const steps: readonly Step[] = [uploadStep, orderStep, transferStep, resumeStep, graphStep, verifyStep];

/** A failed step is reported and the next one is tried, so that one run shows all that is wrong. */
export async function runTour(system: TouredSystem, report: (step: StepReport) => void): Promise<TourResult> {
  let tour: Tour | undefined;
  let ok = true;
  for (const { name, take } of steps) {
    const start = performance.now();
    const taken = await attempt(async () => take((tour ??= await beginTour(system))));
    ok &&= taken.ok;
    report({ step: name, ok: taken.ok, ms: Math.round(performance.now() - start), detail: taken.detail });
  }
  const { lost, duplicated } = tour ? await endTour(tour) : { lost: 0, duplicated: 0 };
  return { ok: ok && lost === 0 && duplicated === 0, lost, duplicated };
}

async function attempt(work: () => Promise<object>): Promise<{ ok: boolean; detail: string | object }> {
  try {
    return { ok: true, detail: await work() };
  } catch (error) {
    return { ok: false, detail: messageWithCause(error) };
  }
}
