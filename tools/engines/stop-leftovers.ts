/** bootstrap.mjs runs this when a command ended without stopping its processes. */
import { runMain } from '../terminal/run-main.ts';
import { stopLeftovers } from './leftovers.ts';

runMain(async () => {
  const stopped = await stopLeftovers();
  if (stopped > 0)
    process.stderr.write(`the command had ended before it stopped everything: ${stopped} left, now stopped\n`);
  return 0;
});
