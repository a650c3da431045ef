/** The commands that check a change, or put it into form. */
import { command } from './halftone-command.ts';

const test = command('test', 'run everything a change must pass', 'halftone test --only lint')
  .repeated('--only <name>', 'the checks that this is part of, or "check": those without engines; may be repeated')
  .offers('--only', async () => (await import('../test.ts')).names())
  .option('--list', 'list the checks', false)
  .json()
  .runs(() => import('../test.ts'));

const lint = command('lint', 'run the linters', 'halftone lint')
  .json()
  .runs(() => import('../lint.ts'));

const typecheck = command('typecheck', 'check the types of everything', 'halftone typecheck')
  .json()
  .runs(() => import('../typecheck.ts'));

const format = command('format', 'format all files with Prettier', 'halftone format --check')
  .option('--check', 'change nothing; exit code 1 if a file is not formatted', false)
  .json()
  .runs(() => import('../format.ts'));

export const check = [test, lint, typecheck, format];
