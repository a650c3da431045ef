/** Compares the cost of the idle release with its aims; the same numbers as `./halftone k8s report`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { measure } from '../footprint/measure.ts';
import { linesOf, reportOf, type Report as Footprint } from '../footprint/report.ts';
import type { Phase, PhaseContext } from '../phase.ts';

/** metrics-server looks now and then; a pod that is new has not been seen yet. */
const patienceMs = 60_000;

async function measured({ target, signal }: PhaseContext): Promise<Footprint> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const report = reportOf(await measure(target));
    if (report.ok || Date.now() > deadline) return report;
    await sleep(5_000, undefined, { signal });
  }
}

export const footprint: Phase = {
  name: 'footprint',
  title: 'memory at rest, sizes of images',
  needsRelease: true,
  run: async (context) => {
    await context.report.check('within the aims', async () => {
      const report = await measured(context);
      const text = linesOf(report).join('\n');
      if (!report.ok) throw new Error([`missed: ${report.missed.join('; ')}`, text].join('\n'));
      return text;
    });
  },
};
