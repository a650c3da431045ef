/** The ways of getting an engine, and their order. */

import { Unavailable } from '../os/unavailable.ts';
import type { LocalWay, Way } from '../os/run-state.ts';

const localWays: readonly LocalWay[] = ['docker', 'path', 'packages'];

/** The ways to try, first to last. A given URL or a forced way leaves no other. */
export function waysFor(url: string | undefined, forced: string | undefined): readonly Way[] {
  if (url) return ['environment'];
  if (!forced) return localWays;
  const way = localWays.find((candidate) => candidate === forced);
  if (!way) throw new Unavailable(`HALFTONE_ENGINES is '${forced}', but can be ${localWays.join(', ')}`);
  return [way];
}

/** The first way that works; throws one line that says of each why not when none does. */
export async function firstWay<Result>(
  ways: readonly Way[],
  attempt: (way: Way) => Promise<Result>,
): Promise<{ result: Result; way: Way }> {
  const refused: string[] = [];
  for (const way of ways) {
    try {
      return { result: await attempt(way), way };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      refused.push(`${way}: ${error.message}`);
    }
  }
  throw new Unavailable(refused.join('; '));
}

/** `9.1.2` from the first dotted number in the text; [] when there is none. */
export function versionIn(text: string): number[] {
  return /\d+(\.\d+)*/.exec(text)?.[0].split('.').map(Number) ?? [];
}

export function requireMajor(program: string, text: string, least: number): void {
  const [major = 0] = versionIn(text);
  if (major < least)
    throw new Unavailable(`${program} is ${versionIn(text).join('.') || 'unknown'}, ${least} is needed`);
}
