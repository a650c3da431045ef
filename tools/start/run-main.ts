/** The last line of a command: its exit code is what `main` answers; what `main` throws is said and becomes `onError`. */
import { messageOf } from './progress.ts';

/** EX_USAGE of sysexits.h: most of what a command throws, rather than reports, is about how it was called. */
const exUsage = 64;

export function runMain(main: () => Promise<number>, onError: number = exUsage): void {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${messageOf(error)}\n`);
      process.exit(onError);
    },
  );
}
