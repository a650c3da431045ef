import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { root } from '../os/config.ts';
import { jobs } from './bundle.ts';

const letIn = readFileSync(join(root, '.dockerignore'), 'utf8')
  .split('\n')
  .flatMap((line) => (line.startsWith('!') ? line.slice(1) : []));

const isLetIn = (file: string): boolean => letIn.some((path) => file === path || file.startsWith(`${path}/`));

test('an image is built from files that its build sees', async () => {
  const { metafile } = await esbuild.build({
    entryPoints: [...Object.values(jobs), 'tools/build/images/pack.ts'],
    absWorkingDir: root,
    outdir: 'nowhere',
    write: false,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    metafile: true,
  });
  const files = Object.keys(metafile.inputs);
  expect(files.filter((file) => !isLetIn(file))).toEqual([]);
  expect(files.length).toBeGreaterThan(10);
});
