/** `halftone typecheck`: these checks of `halftone test` alone. */
import { loadTestTypes } from '@halftone/tools/check/deployment.ts';
import { types } from '@halftone/tools/check/workspace.ts';
import { runChecks } from '@halftone/tools/check/run-checks.ts';

export const run = ({ json }: { json: boolean }): Promise<number> =>
  runChecks([types, loadTestTypes], { only: [], list: false, json });
