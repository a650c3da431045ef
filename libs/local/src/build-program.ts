import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Bundles a source file with the current source of the libs it uses into a program for Node. */
export async function buildProgram(entryPoint: string, outfile: string): Promise<void> {
  const { build, stop } = await import('esbuild');
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    conditions: ['@halftone/source'],
    keepNames: true,
    plugins: [await withDecorators()],
    logLevel: 'error',
  });
  await stop();
}

/** Keeps decorator metadata, as the build of the services does. Packages stay outside the program. */
async function withDecorators(): Promise<import('esbuild').Plugin> {
  const { transformFileSync } = await import('@swc/core');
  return {
    name: 'swc',
    setup(build) {
      build.onLoad({ filter: /\/(libs|apps)\/.*\.ts$/ }, ({ path }) => {
        const parser = { syntax: 'typescript', decorators: true } as const;
        const transform = { legacyDecorator: true, decoratorMetadata: true };
        const jsc = { target: 'es2022', keepClassNames: true, parser, transform } as const;
        return { contents: transformFileSync(path, { swcrc: false, jsc }).code, loader: 'js' };
      });
      build.onResolve({ filter: /^[@a-z]/ }, ({ path }) =>
        path.startsWith('@halftone/') ? undefined : { path, external: true },
      );
    },
  };
}
