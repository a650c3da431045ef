/** `halftone format`: Prettier over all files. */
import { join } from 'node:path';
import { runNode } from '@halftone/tools/check/command.ts';
import { root } from '@halftone/tools/os/config.ts';
import { onInterruption } from '@halftone/tools/os/interruption.ts';

export async function run({ check, json }: { check: boolean; json: boolean }): Promise<number> {
  const { signal, exitCode } = onInterruption(() => undefined);
  const prettier = join(root, 'node_modules/prettier/bin/prettier.cjs');
  const { code, output } = await runNode(prettier, [check ? '--check' : '--write', '--log-level=warn', '.'], {
    signal,
  });
  process.stderr.write(output);
  if (json) process.stdout.write(`${JSON.stringify({ format: check ? 'checked' : 'written', ok: code === 0 })}\n`);
  return exitCode() || (code === 0 ? 0 : 1);
}
