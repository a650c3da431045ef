/** Programs of Debian that some checks need: found, else installed where this may. */
import { run } from './command.ts';

/** Packages, and the question that only what they install answers. */
export interface Toolkit {
  packages: readonly string[];
  ask: readonly [string, ...string[]];
}

export const chromium: Toolkit = { packages: ['chromium'], ask: ['/usr/bin/chromium', '--version'] };

async function missing(toolkits: readonly Toolkit[], signal: AbortSignal): Promise<string[]> {
  const asked = toolkits.map(async ({ packages, ask: [program, ...args] }) => {
    const { code } = await run(program, args, { signal }).catch(() => ({ code: 1 }));
    return code === 0 ? [] : packages;
  });
  return (await Promise.all(asked)).flat();
}

/** Answers which packages are missing nevertheless. Debian's lists may be old or absent, so they are fetched when the first try fails. */
export async function installMissing(
  toolkits: readonly Toolkit[],
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<string[]> {
  const packages = await missing(toolkits, signal);
  if (packages.length === 0 || process.getuid?.() !== 0) return packages;
  say(`installing ${packages.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args: string[]) => run('apt-get', args, { env, signal }).catch(() => ({ code: 1 }));
  const attempt = () => aptGet('install', '-y', '--no-install-recommends', ...packages);
  if ((await attempt()).code !== 0) {
    await aptGet('update');
    await attempt();
  }
  return missing(toolkits, signal);
}
