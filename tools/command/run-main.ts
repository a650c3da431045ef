/** The last line of a command: its exit code is what `main` answers; what `main` throws is said and becomes an exit code too. */
import { messageOf } from './message-of.ts';

/** EX_USAGE of sysexits.h: most of what a command throws, rather than reports, is about how it was called. */
export const exUsage = 64;

const isUsage = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');

export function runMain(main: () => Promise<number>, onError: number = exUsage): void {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${messageOf(error)}\n`);
      process.exit(isUsage(error) ? exUsage : onError);
    },
  );
}
