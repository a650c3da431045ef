/** `npm run lab -- NAME`: an experiment that shows a promise being kept, and what happens where it is not made. */
import { parseArgs } from 'node:util';
import { onInterruption } from '../engines/interruption.ts';
import { runMain } from '../command/run-main.ts';
import { backplane } from './backplane.lab.ts';
import { balancing } from './balancing.lab.ts';
import { endurance } from './endurance.lab.ts';
import { failures } from './failures/failures.lab.ts';
import { idempotency } from './idempotency.lab.ts';
import { helpOf, type Lab } from './lab.ts';
import { past } from './past.lab.ts';

const labs: readonly Lab[] = [backplane, balancing, endurance, failures, idempotency, past];

// Whoever read our output may be gone; what was started must still be stopped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const say = (text: string) => process.stderr.write(`${text}\n`);
const print = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  const lab = labs.find((one) => one.name === name);
  const own = lab?.options ?? {};
  const options = { ...own, json: { type: 'boolean', default: false }, help: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args: lab ? args : [], options });
  if (!lab || values.help) {
    say(helpOf(labs));
    return lab || name === '--help' ? 0 : 64;
  }
  const { signal, exitCode } = onInterruption(() => lab.killNow?.());
  try {
    return (await lab.run({ json: values.json, values, say, print, signal })) ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    say('interrupted, everything is stopped');
    return exitCode();
  }
}

runMain(main, 1);
