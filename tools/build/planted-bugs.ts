/**
 * Bugs planted for tests stay out of what is deployed: each `planted('NAME')` becomes `false`, and what it guarded goes with it. A planted
 * bug that is left all the same, because it was written in a way that is not found, fails the build.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform, type Plugin } from 'esbuild';

/** As a call of an imported function is transpiled. */
const call = /\(0, \w+\.planted\)\((['"])[\w.-]+\1\)/g;
/** The function itself takes a `bug`, and modules hand it on by a getter. */
const left = /(?<!\bget )\bplanted\)?\((?!bug\b)[^)]*\)/;

/** The same program without its planted bugs; undefined when it has none. */
export async function withoutPlantedBugs(source: string): Promise<string | undefined> {
  if (!call.test(source)) return undefined;
  const { code } = await transform(source.replaceAll(call, 'false'), { minifySyntax: true, target: 'node24' });
  return code;
}

/** Throws with what it found. */
export function requireNoPlantedBugs(file: string, text: string): void {
  const found = left.exec(text);
  if (found) throw new Error(`${file} holds a planted bug: ${found[0]}; write it as \`if (planted('NAME'))\``);
}

export const plantedBugsOut = (root: string): Plugin => ({
  name: 'planted-bugs-out',
  setup(build) {
    build.onLoad({ filter: /\/(apps|libs)\/[^/]+\/dist\/.*\.js$/ }, async ({ path }) => {
      const contents = await withoutPlantedBugs(await readFile(path, 'utf8'));
      return contents === undefined ? undefined : { contents, loader: 'js' };
    });
    build.onEnd(async ({ metafile }) => {
      for (const output of Object.keys(metafile?.outputs ?? {})) {
        requireNoPlantedBugs(output, await readFile(join(root, output), 'utf8'));
      }
    });
  },
});
