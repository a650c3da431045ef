/** `node verify.js …` in the image `tools`: the command alone, without those that need the repository. */
import { verify } from '../registry/verify.ts';
import { programOf, runProgram } from '../registry/program.ts';

void runProgram(programOf({ Jobs: [verify] }), ['verify', ...process.argv.slice(2)]).then((code) => process.exit(code));
