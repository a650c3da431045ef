/** The exit codes of all commands. 0: it holds. 1: it does not hold, or it failed. The others are those of sysexits.h and of shells. */
import { CommandFailed } from '../os/command.ts';
import { Unavailable } from '../os/unavailable.ts';
import { UsageError } from './usage-error.ts';

/** EX_USAGE: the command was called wrongly. */
export const exUsage = 64;

/** EX_UNAVAILABLE: something the command needs is missing, such as a running shop, a cluster or a program. */
export const exUnavailable = 69;

/** Ctrl-C, as shells say it. */
export const exInterrupted = 130;

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || isParseError(error)) return exUsage;
  return error instanceof Unavailable && !(error instanceof CommandFailed) ? exUnavailable : 1;
}

/** What parseArgs of node:util throws. */
const isParseError = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
