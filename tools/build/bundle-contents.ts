/** The packages inside a bundle, stored next to it: bundle/main.js -> bundle/main.packages.json. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** The places of packages whose code is in the bundle, as the lockfile names them: `node_modules/a/node_modules/b`. Pure. */
export function packagesIn(inputs: Metafile['outputs'][string]['inputs']): string[] {
  const used = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const places = used.map(([file]) => placeOf(file)).filter((place) => place !== undefined);
  return [...new Set(places)].sort();
}

/** A path may have a prefix that says who loaded it, such as `left-out:`; such code is not the package's. */
function placeOf(file: string): string | undefined {
  if (!file.startsWith('node_modules/')) return undefined;
  const inner = file.lastIndexOf('node_modules/') + 'node_modules/'.length;
  const name = file
    .slice(inner)
    .split('/', file[inner] === '@' ? 2 : 1)
    .join('/');
  return file.slice(0, inner) + name;
}

export const contentsFile = (bundle: string): string => bundle.replace(/\.js$/, '.packages.json');

export function writeContents(root: string, { outputs }: Metafile): void {
  for (const [output, { inputs }] of Object.entries(outputs)) {
    writeFileSync(join(root, contentsFile(output)), `${JSON.stringify(packagesIn(inputs), null, 1)}\n`);
  }
}
