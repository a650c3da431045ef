/** What a command was called with. Whoever calls it wrongly is told how, and the exit code is that of a wrong call. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { exUsage } from './run-main.ts';

export function wrongUsage(message: string, help: string): never {
  process.stderr.write(`${message}\n${help.trimEnd()}\n`);
  process.exit(exUsage);
}

export function argumentsOf<Config extends ParseArgsConfig>(config: Config, help: string) {
  try {
    return parseArgs(config);
  } catch (error) {
    return wrongUsage((error as Error).message, help);
  }
}

export function numberOf(option: string, text: string, help: string): number {
  const value = Number(text);
  return value > 0 ? value : wrongUsage(`--${option} takes a number above 0, not '${text}'`, help);
}
