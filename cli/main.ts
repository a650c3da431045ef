/** What bootstrap.mjs runs on Node 24: `halftone COMMAND ARGUMENTS`. */
import { complete } from './complete.ts';
import { halftone } from './registry/groups.ts';
import { runProgram } from './registry/program.ts';

// Whoever read our output may be gone; what was started must still be stopped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

async function main([first, ...rest]: readonly string[]): Promise<number> {
  if (first !== 'complete') return runProgram(halftone(), first === undefined ? [] : [first, ...rest]);
  // Called by the completion scripts of shells. The words of an unfinished line are not parsed as options.
  for (const word of await complete(halftone(), rest)) process.stdout.write(`${word}\n`);
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
