/** Takes the tour through a running system and shows each step as it ends. */
import { settle } from '@halftone/tools/shop/supervisor.ts';
import { aborted } from '@halftone/tools/os/interruption.ts';
import type { RunState } from '@halftone/tools/os/run-state.ts';
import type { TourVerdict } from '@halftone/tools/shop/outcome.ts';
import type { Progress } from '@halftone/tools/terminal/progress.ts';

const interruptedTour: TourVerdict = { ok: false, lost: 0, duplicated: 0 };

/** A tour that was interrupted has not held, and is not shown as one that failed. */
export async function takeTour(run: RunState, progress: Progress, signal: AbortSignal): Promise<TourVerdict> {
  const begun = Date.now();
  const interrupted = aborted(signal).then(() => interruptedTour);
  const verdict = await progress.watch('tour', async (describe) => {
    const { runTour } = await import('./tour.ts');
    const { processes } = await import('./toured-system.ts');
    const taken = runTour(processes(run), (step) => {
      // It goes on behind a system that is being stopped.
      if (signal.aborted) return;
      progress.step(step);
      describe(`after ${step.step}`);
    });
    return Promise.race([taken, interrupted]);
  });
  // The tour kills a process; whoever looks next finds the whole system.
  await settle(run.services, signal.aborted ? 0 : 10_000);
  if (verdict === interruptedTour) progress.note('the tour was interrupted');
  else showEnd(verdict, progress, Date.now() - begun);
  return verdict;
}

function showEnd({ ok, lost, duplicated }: TourVerdict, progress: Progress, ms: number): void {
  progress.step({ step: 'tour', ok, ms, detail: `lost ${lost}, duplicated ${duplicated}` });
}
