/** The program of all commands: help, version, wrong calls and exit codes alike for each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { root } from '@halftone/tools/os/config.ts';
import { exitCodeOf, exUsage } from '@halftone/tools/terminal/exit-code.ts';
import { messageOf } from '@halftone/tools/terminal/message-of.ts';
import { HalftoneCommand } from './halftone-command.ts';

/** Heading in the help → its commands. */
export type Groups = Readonly<Record<string, readonly HalftoneCommand[]>>;

export const exitCodes =
  'Exit codes: 0 held, 1 did not hold, 64 called wrongly, 69 something needed is missing,\n130 interrupted.';

const after = `
Example:
  halftone start --once          then: halftone help verify

${exitCodes}
With --json stdout has JSON lines only; words go to stderr.`;

const version = (): string => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return version;
};

export function programOf(groups: Groups): HalftoneCommand {
  const program = new HalftoneCommand('halftone')
    .usage('<command> [options]')
    .description('Runs, checks and breaks the Halftone shop.')
    .option('--version', 'show the version')
    .addHelpText('after', after);
  for (const [heading, commands] of Object.entries(groups)) {
    for (const one of commands) program.addCommand(one.helpGroup(`${heading}:`));
  }
  return program;
}

/** The command that the words name, as far as they do. */
export async function namedBy(program: HalftoneCommand, words: readonly string[]): Promise<HalftoneCommand> {
  const [word, ...rest] = words;
  const below = program.commands.find((one) => one.name() === word) as HalftoneCommand | undefined;
  if (!below) return program;
  await below.prepare();
  return namedBy(below, rest);
}

/** `help verify` and `verify --help` are the same. */
const spelledOut = ([first, ...rest]: readonly string[]): string[] =>
  first === 'help' ? [...rest, '--help'] : first === undefined ? [] : [first, ...rest];

/** Commander's words, shorter where it names what is wrong last. */
const inWords = (message: string): string =>
  message
    .replace(/^error: /, '')
    .replace(/^command-argument value ('.*?') is invalid for argument '(.*?)'\. /, 'there is no $2 $1. ')
    .replace('Allowed choices are ', 'There is ');

/** The exit code. Why a call was refused, or what went wrong, is written to stderr. */
export async function runProgram(program: HalftoneCommand, args: readonly string[]): Promise<number> {
  const words = spelledOut(args);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  if (words[0] === '--version') return (process.stdout.write(`${version()}\n`), 0);
  try {
    await program.parseAsync(words, { from: 'user' });
    return program.code;
  } catch (error) {
    const wrong = error instanceof CommanderError;
    if (wrong && error.exitCode === 0) return 0;
    say(inWords(messageOf(error)));
    const code = wrong ? exUsage : exitCodeOf(error);
    if (code === exUsage)
      say(`${`halftone ${(await namedBy(program, words)).path()}`.trim()} --help shows how to call it`);
    return code;
  }
}
