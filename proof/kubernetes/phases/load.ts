/** The k6 smoke at the NodePorts; and that a threshold which does not hold fails a run, or none of these would mean anything. */
import { join } from 'node:path';
import { capture, CommandFailed } from '@halftone/tools/os/command.ts';
import { root } from '@halftone/tools/os/config.ts';
import { startLoad } from '../../load/load.ts';
import { mustHold, mustMissNothing } from '../disturbance/judge.ts';
import type { Phase, PhaseContext } from '../phase.ts';

async function smoke(context: PhaseContext): Promise<string> {
  const { signal } = context;
  const { done } = await startLoad('smoke', { urls: await context.urls(), signal });
  const result = await done;
  return `${mustHold(result)}; ${mustMissNothing(result)}`;
}

/** As a person would type it, so that the exit code is shown as well. */
async function brokenThresholdFails({ signal, urls }: PhaseContext): Promise<string> {
  const { gateway, graphql, realtime } = await urls();
  const where = ['--url', gateway, '--graph', graphql, '--realtime', realtime.join(',')];
  const impossible = ['--threshold', 'answer_ms=p(95)<0.001', '--duration', '5s'];
  const args = [join(root, 'cli/bootstrap.mjs'), 'load', 'orders', ...where, ...impossible];
  try {
    await capture(process.execPath, args, { signal, timeoutMs: 180_000 });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const line = error.output.split('\n').find((one) => /answer_ms p\(95\)<0\.001/.test(one));
    if (!line) throw new Error(`it failed for another reason: ${error.output.slice(-500)}`, { cause: error });
    return `exit code not 0: ${line.trim()}`;
  }
  throw new Error('the run passed although no answer can take less than a microsecond');
}

export const load: Phase = {
  name: 'load',
  title: 'k6 smoke, and a threshold that must break',
  needsRelease: true,
  run: async (context) => {
    const { report } = context;
    await report.check('k6 smoke', () => smoke(context));
    await report.check('a broken threshold fails the run', () => brokenThresholdFails(context));
  },
};
