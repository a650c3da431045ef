/** `halftone clean`: deletes what builds and tests wrote. Data of the engines, downloads and packages stay. */
import { existsSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@halftone/tools/os/config.ts';
import { runningSystem } from '@halftone/tools/os/run-state.ts';

const written = ['dist', 'bundle', 'bundle-test', 'coverage', '.test-results'];
const projects = ['.', 'apps/*', 'libs/*', 'cli', 'proof', 'proof/bench/programs', 'tools', 'e2e'];

export function run({ json }: { json: boolean }): Promise<number> {
  const system = runningSystem();
  if (system) throw new Error(`Halftone runs (pid ${system.owner.pid}) and needs its bundles; stop it first`);
  const names = projects.flatMap((project) =>
    globSync(project, { cwd: root }).flatMap((one) => written.map((name) => join(one, name))),
  );
  const removed = [...names, '.nx'].filter((name) => existsSync(join(root, name)));
  for (const name of removed) rmSync(join(root, name), { recursive: true, force: true });
  process.stderr.write(`${removed.length} folders deleted\n`);
  if (json) process.stdout.write(`${JSON.stringify({ removed, ok: true })}\n`);
  return Promise.resolve(0);
}
