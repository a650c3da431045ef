/** Type-checks apps and the libs they use. Unchanged projects are not checked again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, CommandFailed } from '../os/command.ts';
import { root } from '../os/config.ts';
import { paths } from '../os/home.ts';

/** Throws with the first complaint; all of them are in a log. */
export async function checkTypes(apps: readonly string[], signal: AbortSignal): Promise<void> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  try {
    await capture(process.execPath, [tsc, '-b', ...apps.map((app) => join('apps', app))], { cwd: root, signal });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const log = join(paths.logs, 'types.log');
    mkdirSync(paths.logs, { recursive: true });
    writeFileSync(log, error.output);
    throw new Error(`the types are wrong: ${error.message.replace('node: ', '')} (all of it in ${log})`);
  }
}
