/**
 * Makes one file of each built app: apps/NAME/dist/main.js -> apps/NAME/bundle/main.js, with the packages in it. A test build goes to
 * bundle-test/ and differs in one thing: bugs can be planted in it.
 * The transpiler has already lowered the decorators, so their metadata survives; keepNames keeps the class names that NestJS reports.
 */
import { globSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import * as esbuild from 'esbuild';
import { apolloLeftOut } from './apollo-left-out.ts';
import { bundleFolder } from './bundle-kind.ts';
import type { BuildKind } from './bundle-kind.ts';
import { writeContents } from './bundle-contents.ts';
import { inlinedProtos } from './inlined-protos.ts';
import { native } from './bundle-kind.ts';
import { buildPage } from './page.ts';
import { plantedBugsOut } from './planted-bugs.ts';
import { declaredBy } from './workspace.ts';

/** So large that it is left out of the apps that do not declare it: NestJS reaches for it only if it is configured. */
const large = ['@apollo/gateway'];

/** NestJS hides requires from bundlers behind createRequire; this shows them. */
const nestRequires: esbuild.Plugin = {
  name: 'nest-requires',
  setup(build) {
    build.onLoad({ filter: /@nestjs\/(microservices|graphql)\/.*\.js$/ }, async ({ path }) => {
      const contents = (await readFile(path, 'utf8'))
        .replaceAll('createRequire(import.meta.url)(protoLoader)', "require('@grpc/proto-loader')")
        .replaceAll('createRequire(import.meta.url)(', 'require(')
        .replaceAll('nodeRequire(', 'require(');
      return { contents, loader: 'js' };
    });
  },
};

/**
 * A package that is not installed is an optional one: its import stays in place. Resolving with esbuild is slow, so it is done
 * only for packages that are not in the root's node_modules.
 */
const optionalPackages = (root: string): esbuild.Plugin => ({
  name: 'optional-packages',
  setup(build) {
    const installed = new Set(packagesIn(join(root, 'node_modules')));
    build.onResolve({ filter: /^[@a-z]/ }, async ({ path, pluginData, ...rest }) => {
      if (pluginData === 'seen' || installed.has(packageOf(path)) || isBuiltin(path)) return undefined;
      const found = await build.resolve(path, { ...rest, pluginData: 'seen' });
      return found.errors.length > 0 ? { path, external: true } : found;
    });
  },
});

const packageOf = (path: string): string => path.split('/', path.startsWith('@') ? 2 : 1).join('/');

const packagesIn = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  );

export async function bundle(root: string, apps: readonly string[], kind: BuildKind): Promise<void> {
  const groups = Map.groupBy(apps, (app) => {
    const declared = declaredBy(root, join('apps', app));
    return large.filter((name) => !declared.has(name)).join();
  });
  await Promise.all(
    [...groups].map(([leftOut, members]) => bundleGroup(root, kind, members, leftOut.split(',').filter(Boolean))),
  );
  await Promise.all(apps.map((app) => buildPage(root, app, kind)));
  // The compiler's own process would keep a gigabyte for as long as this one lives.
  await esbuild.stop();
}

/** The service, and what it starts as processes of its own: apps/NAME/dist/FOLDER/SOME.program.js -> apps/NAME/bundle/SOME.program.js. */
const programsOf = (root: string, app: string): string[] => [
  join('apps', app, 'dist/main.js'),
  ...globSync(`apps/${app}/src/**/*.program.ts`, { cwd: root }).map((source) =>
    source.replace(join(app, 'src'), join(app, 'dist')).replace(/\.ts$/, '.js'),
  ),
];

/** Apps with the same packages left out are bundled together: what they share is read once. */
async function bundleGroup(
  root: string,
  kind: BuildKind,
  apps: readonly string[],
  leftOut: readonly string[],
): Promise<void> {
  const out = (app: string, program: string) => join(app, bundleFolder[kind], program);
  const common = optionsFor(root);
  const plugins = [apolloLeftOut, nestRequires, inlinedProtos, optionalPackages(root)];
  const { metafile } = await esbuild.build({
    ...common,
    define: { ...common.define, HALFTONE_TEST_BUILD: String(kind === 'test') },
    entryPoints: apps.flatMap((app) =>
      programsOf(root, app).map((file) => ({ in: file, out: out(app, basename(file, '.js')) })),
    ),
    outdir: 'apps',
    external: [...native, ...leftOut],
    plugins: kind === 'test' ? plugins : [...plugins, plantedBugsOut(root)],
  });
  writeContents(root, metafile);
}

/** The entry points of the image `tools`, which need nothing but themselves. */
export const jobs = {
  main: 'tools/build/jobs/entry.ts',
  database: 'tools/build/jobs/database.ts',
  secrets: 'tools/build/jobs/secrets.ts',
  verify: 'cli/jobs/verify.ts',
  dlq: 'cli/jobs/dlq.ts',
};

/** -> tools/bundle/JOB.js. The contracts must have been compiled. */
export async function bundleJobs(root: string): Promise<void> {
  const entryPoints = Object.entries(jobs).map(([out, file]) => ({ in: file, out: join('tools/bundle', out) }));
  const { metafile } = await esbuild.build({
    ...optionsFor(root),
    entryPoints,
    outdir: '.',
    plugins: [optionalPackages(root)],
  });
  writeContents(root, metafile);
  await esbuild.stop();
}

const optionsFor = (root: string) =>
  ({
    absWorkingDir: root,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node24',
    keepNames: true,
    define: { 'import.meta.url': 'importMetaUrl', 'import.meta.dirname': '__dirname' },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'error',
    legalComments: 'none',
    // Comments hold characters beyond Latin-1, for whose sake V8 would keep the whole file in memory at two bytes each (20 MiB).
    minifyWhitespace: true,
    lineLimit: 160,
  }) satisfies esbuild.BuildOptions;
