/**
 * Lets Node run the sources of apps and libs as they are: each file is compiled when it is loaded, with a source map, so that a debugger
 * stops in the file that was edited. For a process of its own (tools/shop/from-source.ts): what it has loaded stays compiled.
 */
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import { root } from '../os/config.ts';
import { swcOptions } from './transpile.ts';

const isSource = (url: string | undefined): url is string =>
  url?.startsWith('file:') === true &&
  url.endsWith('.ts') &&
  /^(apps|libs)\/[^/]+\/src\//.test(relative(root, fileURLToPath(url)));

/** The sources import each other without an extension: `./order` is order.ts. */
function withExtension(specifier: string, parent: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const path = join(fileURLToPath(parent), '..', specifier);
  return [`${path}.ts`, join(path, 'index.ts')].find((file) => existsSync(file)) ?? specifier;
}

export function runSources(): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (!isSource(context.parentURL)) return next(specifier, context);
      // A lib's package.json names its source under this condition (tsconfig.base.json has it too).
      const conditions = [...context.conditions, '@halftone/source'];
      return next(withExtension(specifier, context.parentURL), { ...context, conditions });
    },
    load(url, context, next) {
      if (!isSource(url)) return next(url, context);
      const filename = fileURLToPath(url);
      const { code } = transformSync(readFileSync(filename, 'utf8'), { ...swcOptions, filename, sourceMaps: 'inline' });
      return { format: 'commonjs', source: code, shortCircuit: true };
    },
  });
}
