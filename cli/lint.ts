/** `halftone lint`: these checks of `halftone test` alone. */
import { lint, promiseLint, spelling } from '@halftone/tools/check/workspace.ts';
import { runChecks } from '@halftone/tools/check/run-checks.ts';

export const run = ({ json }: { json: boolean }): Promise<number> =>
  runChecks([lint, promiseLint, spelling], { only: [], list: false, json });
