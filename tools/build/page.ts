/**
 * The web page of an app: apps/NAME/page -> apps/NAME/bundle/page, beside the program that serves it under /NAME/. Names of scripts and styles hold a
 * hash of their content. Nothing is inlined, so that the page runs under a policy without `unsafe-inline`.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Rollup } from 'vite';
import { bundleFolder } from './bundle-kind.ts';
import type { BuildKind } from './bundle-kind.ts';
import { packagesIn } from './bundle-contents.ts';

/** Does nothing for an app without a page. */
export async function buildPage(root: string, app: string, kind: BuildKind): Promise<void> {
  const page = join(root, 'apps', app, 'page');
  if (!existsSync(join(page, 'index.html'))) return;
  // Only now: most builds are of apps without a page.
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  const built = await inProduction(() =>
    build({
      configFile: false,
      root: page,
      base: `/${app}/`,
      mode: 'production',
      logLevel: 'error',
      plugins: [react()],
      build: {
        outDir: join(root, 'apps', app, bundleFolder[kind], 'page'),
        emptyOutDir: true,
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        target: 'es2023',
      },
    }),
  );
  const inside = packagesIn(inputsOf(root, [built].flat() as Rollup.RollupOutput[]));
  writeFileSync(
    join(root, 'apps', app, bundleFolder[kind], 'page.packages.json'),
    `${JSON.stringify(inside, null, 1)}\n`,
  );
}

/** What Vite and React's plugin make depends on NODE_ENV, which a test runner that starts the build has set to something else. */
async function inProduction<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
}

/** The files behind its scripts, as the bundler of the programs names them. */
function inputsOf(root: string, outputs: readonly Rollup.RollupOutput[]): Record<string, { bytesInOutput: number }> {
  const chunks = outputs.flatMap(({ output }) => output).filter((part) => part.type === 'chunk');
  const modules = chunks.flatMap(({ modules }) => Object.entries(modules));
  return Object.fromEntries(
    modules.map(([file, { renderedLength }]) => [relative(root, file), { bytesInOutput: renderedLength }]),
  );
}
