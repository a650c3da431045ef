/**
 * The journey of a photo through the running system, as `npm start` shows it. Seen from outside only, and written so that any one
 * service process or pod may be killed while it runs: requests are sent again with the same key, listeners go on at another replica.
 * Works on a system that has been used before.
 */
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
    return { ok: false, detail: reasonOf(error) };
  }
}

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${reasonOf(error.cause)})` : error.message;
};
