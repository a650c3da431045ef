import { startSystem } from '@halftone/tools/shop/use-system.ts';
import { runningSystem } from '@halftone/tools/os/run-state.ts';
import type { Benchmark } from './benchmark.ts';
import { line } from './sample.ts';

/** From the command to all services ready, engines included, when everything is installed and built. The first start only warms up. */
export const startup: Benchmark = {
  name: 'startup',
  about: 'a second `npm start`: from the command until every service is ready',
  rounds: 3,
  run: async ({ rounds, say }) => {
    if (runningSystem()) throw new Error('Halftone runs; stop it, so that its start can be measured');
    const took: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const { startMs, stop } = await startSystem();
      say(round === 0 ? `first start ${startMs} ms, not counted` : `round ${round}: ${startMs} ms`);
      if (round > 0) took.push(startMs);
      await stop();
    }
    return [line('startup', 'second-start', 'ms', took)];
  },
};
