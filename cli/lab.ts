/** `halftone lab NAME`: an experiment that shows a promise being kept, and what happens where it is not made. */
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { attacks } from '@halftone/proof/labs/attacks/attacks.lab.ts';
import { backplane } from '@halftone/proof/labs/backplane/backplane.lab.ts';
import { balancing } from '@halftone/proof/labs/balancing/balancing.lab.ts';
import { endurance } from '@halftone/proof/labs/endurance/endurance.lab.ts';
import { failures } from '@halftone/proof/labs/failures/failures.lab.ts';
import { idempotency } from '@halftone/proof/labs/idempotency/idempotency.lab.ts';
import type { Lab, OptionValue } from '@halftone/proof/labs/lab.ts';
import { past } from '@halftone/proof/labs/past/past.lab.ts';
import { refunds } from '@halftone/proof/labs/refunds/refunds.lab.ts';
import { transfers } from '@halftone/proof/labs/transfers/transfers.lab.ts';

export const labs: readonly Lab[] = [
  attacks,
  backplane,
  balancing,
  endurance,
  failures,
  idempotency,
  past,
  refunds,
  transfers,
];

const say = (text: string) => process.stderr.write(`${text}\n`);
const print = (text: string) => process.stdout.write(`${text}\n`);

export async function runLab(lab: Lab, values: Record<string, OptionValue> & { json: boolean }): Promise<number> {
  const { signal, exitCode } = onInterruption(() => lab.killNow?.());
  try {
    return (await lab.run({ json: values.json, values, say, print, signal })) ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    say('interrupted, everything is stopped');
    return exitCode();
  }
}
