/** Lists the words that may complete a command line, whose last word is unfinished. */
import type { Option } from 'commander';
import type { HalftoneCommand } from './registry/halftone-command.ts';
import { namedBy } from './registry/program.ts';

const takesValue = ({ required, optional }: Option): boolean => required || optional;

/** The words after the names of commands, without options and their values. */
function argumentsIn(command: HalftoneCommand, words: readonly string[]): string[] {
  const names = command.path().split(' ').filter(Boolean).length;
  return words.slice(names).filter((word, at, all) => {
    const before = command.options.find(({ long }) => long === all[at - 1]);
    return !word.startsWith('-') && !(before && takesValue(before));
  });
}

async function candidates(
  command: HalftoneCommand,
  words: readonly string[],
  last: string,
): Promise<readonly string[]> {
  const before = command.options.find(({ long }) => long !== undefined && long === words.at(-1));
  if (before && takesValue(before)) return command.offered(before);
  if (last.startsWith('-')) return [...command.options.flatMap(({ long }) => long ?? []), '--help'];
  const below = command.below().map((one) => one.name());
  const at = argumentsIn(command, words).length;
  const all = command.registeredArguments;
  const argument = all[at] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
  return argument ? command.offered(argument) : below;
}

export async function complete(program: HalftoneCommand, line: readonly string[]): Promise<string[]> {
  const last = line.at(-1) ?? '';
  const words = line.slice(0, -1);
  const command = await namedBy(program, words);
  return (await candidates(command, words, last)).filter((one) => one.startsWith(last));
}
