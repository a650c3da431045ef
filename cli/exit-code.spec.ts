import { parseArgs } from 'node:util';
import { MissingProgram } from '@halftone/tools/os/program.ts';
import { CommandFailed } from '@halftone/tools/os/command.ts';
import { Unavailable } from '@halftone/tools/os/unavailable.ts';
import { NothingRuns } from '@halftone/proof/verify/sources.ts';
import { exitCodeOf } from '@halftone/tools/terminal/exit-code.ts';
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';

function thrownBy(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

it.each([
  ['a wrong value', new UsageError('--seed abc is not a whole number'), 64],
  ['an unknown option', thrownBy(() => parseArgs({ args: ['--bogus'], options: {} })), 64],
  ['a name too many', thrownBy(() => parseArgs({ args: ['bogus'], options: {} })), 64],
  ['nothing that runs', new NothingRuns('start it with npm start'), 69],
  ['a program that is not installed', new MissingProgram('kind is not on PATH'), 69],
  ['an engine that cannot be had', new Unavailable('no Docker engine answers'), 69],
  ['a program that failed', new CommandFailed('tsc: it failed', ''), 1],
  ['any other failure', new Error('connection refused'), 1],
])('%s ends a command with its exit code', (_, error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});
