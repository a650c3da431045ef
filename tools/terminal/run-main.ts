/** The last line of a command: `main` gives its exit code; what `main` throws is printed and has an exit code as well. */
import { exitCodeOf } from './exit-code.ts';
import { messageOf } from './message-of.ts';

export function runMain(main: () => Promise<number>): void {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${messageOf(error)}\n`);
      process.exit(exitCodeOf(error));
    },
  );
}
