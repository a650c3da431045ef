/**
 * Makes JavaScript of the sources, each file by itself: FOLDER/src/a/b.ts -> FOLDER/dist/a/b.js. Types are not checked here: that is part of
 * `npm test` and `npm run dev`. The compiler writes only declarations, so every script in dist comes from here.
 */
import { globSync, mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { transformFile, type Options } from '@swc/core';

/** As Jest compiles them (jest.preset.js); NestJS needs the metadata of decorators. */
export const swcOptions: Options = {
  swcrc: false,
  // Node finds the names of what is exported in the annotation.
  module: { type: 'commonjs', ignoreDynamic: true, exportInteropAnnotation: true },
  jsc: {
    target: 'es2023',
    keepClassNames: true,
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
};

const isForTests = (file: string): boolean => /\.(spec|fixture)\.ts$/.test(file);

/** These folders of apps and libs. Throws with the file and the place that is no TypeScript. */
export async function transpile(root: string, folders: readonly string[]): Promise<void> {
  const files = folders.flatMap((folder) =>
    globSync('**/*.{ts,json}', { cwd: join(root, folder, 'src') })
      .filter((file) => !isForTests(file))
      .map((file) => ({ from: join(root, folder, 'src', file), to: join(root, folder, 'dist', file) })),
  );
  for (const folder of new Set(files.map(({ to }) => dirname(to)))) mkdirSync(folder, { recursive: true });
  await Promise.all(
    files.map(async ({ from, to }) => {
      if (from.endsWith('.json')) return writeChanged(to, await readFile(from, 'utf8'));
      const { code } = await transformFile(from, swcOptions);
      return writeChanged(to.replace(/\.ts$/, '.js'), code);
    }),
  );
}

/** Writes only changed files, and replaces them as a whole, so that readers see complete files. */
async function writeChanged(file: string, text: string): Promise<void> {
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before !== text) await writeFile(file, text);
}
