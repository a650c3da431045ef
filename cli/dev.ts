/** `halftone dev`: everything runs, and what you change is built and started again. */
import { root } from '@halftone/tools/os/config.ts';
import { appsOf } from '@halftone/tools/build/workspace.ts';
import { Progress } from '@halftone/tools/terminal/progress.ts';
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
import { start } from '@halftone/tools/shop/start.ts';
import { watchSources } from '@halftone/tools/shop/watch.ts';

export async function run({ json }: { json: boolean }, services: string[]): Promise<number> {
  const known = appsOf(root);
  const unknown = services.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new UsageError(`no service ${unknown.join(', ')}; there are ${known.join(', ')}`);
  const apps = services.length > 0 ? services : known;
  const progress = new Progress(json);
  return start({ once: false, json, whileUp: watchSources(apps, progress) }, progress);
}
