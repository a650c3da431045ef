/**
 * Checks types and builds when a source changes, then starts the services again whose bundle became another one. A source that does not
 * compile is reported and leaves what runs as it is. Specs are left to Jest.
 *
 * Looks at the files' contents again and again, because watching a tree misses files that editors and git replace.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildApps, sourcesNow } from '../build/build.ts';
import { checkTypes } from '../build/types.ts';
import { root } from '../os/config.ts';
import type { Progress } from '../terminal/progress.ts';
import type { System } from './system.ts';

const pollMs = 500;

export const watchSources =
  (apps: readonly string[], progress: Progress) =>
  async (system: System, signal: AbortSignal): Promise<void> => {
    progress.note(`watching the sources of ${apps.join(', ')}`);
    let built = sourcesNow();
    // The start has not looked at types, and after a first check the next one takes a second or two.
    await checkTypes(apps, signal).catch((error: unknown) => signal.aborted || progress.failure(error));
    while (!signal.aborted) {
      await sleep(pollMs);
      const now = sourcesNow();
      if (now === built) continue;
      built = now;
      await rebuild(apps, system, progress, signal);
    }
  };

async function rebuild(
  apps: readonly string[],
  system: System,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const began = performance.now();
  const before = new Map(apps.map((app) => [app, hashOf(app)]));
  try {
    await checkTypes(apps, signal);
    await buildApps(apps, signal);
  } catch (error) {
    if (!signal.aborted) progress.failure(error);
    return;
  }
  const changed = apps.filter((app) => hashOf(app) !== before.get(app));
  system.restart(changed);
  const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
  progress.note(changed.length > 0 ? `built in ${took}, starting ${changed.join(', ')} again` : `built in ${took}`);
}

/** Of all its programs. */
function hashOf(app: string): string {
  const hash = createHash('sha256');
  for (const file of globSync(join(root, 'apps', app, 'bundle/*.js'))) hash.update(readFileSync(file));
  return hash.digest('hex');
}
