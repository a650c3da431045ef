/** Takes the tour through a running system and shows each step as it ends. */
import { settle } from '../supervisor/supervisor.ts';
import { aborted } from '../engines/interruption.ts';
import type { RunState } from '../engines/run-state.ts';
import type { TourVerdict } from './outcome.ts';
import type { Progress } from './progress.ts';

/** A tour that was interrupted has not held. */
export async function takeTour(run: RunState, progress: Progress, signal: AbortSignal): Promise<TourVerdict> {
  const begun = Date.now();
  const interrupted = aborted(signal).then((): TourVerdict => ({ ok: false, lost: 0, duplicated: 0 }));
  const verdict = await progress.watch('tour', async (describe) => {
    const { runTour } = await import('../tour/tour.ts');
    const { processes } = await import('../tour/toured-system.ts');
    const taken = runTour(processes(run), (step) => {
      progress.step(step);
      describe(`after ${step.step}`);
    });
    return Promise.race([taken, interrupted]);
  });
  const { ok, lost, duplicated } = verdict;
  // The tour kills a process; whoever looks next finds the whole system.
  await settle(run.services, signal.aborted ? 0 : 10_000);
  progress.step({ step: 'tour', ok, ms: Date.now() - begun, detail: `lost ${lost}, duplicated ${duplicated}` });
  return verdict;
}
