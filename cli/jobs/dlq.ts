/** `node dlq.js …` in the image `tools`: the command alone, without those that need the repository. */
import { dlq } from '../registry/dlq.ts';
import { programOf, runProgram } from '../registry/program.ts';

void runProgram(programOf({ Jobs: [dlq] }), ['dlq', ...process.argv.slice(2)]).then((code) => process.exit(code));
