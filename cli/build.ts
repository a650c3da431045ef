/** `halftone build`: bundles every app, if anything changed. */
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { buildAll } from '@halftone/tools/build/build.ts';

export async function run({ test, json }: { test: boolean; json: boolean }): Promise<number> {
  const { signal } = onInterruption(() => undefined);
  const outcome = await buildAll(signal, { test });
  process.stderr.write(`${outcome}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ build: outcome, ok: true })}\n`);
  return 0;
}
