import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@halftone/tools/os/config.ts';
import { halftone } from './registry/groups.ts';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

const aliases = [
  ...['start', 'test', 'dev', 'build', 'lint', 'typecheck', 'format'],
  ...['verify', 'chaos', 'lab', 'bench', 'load', 'prove', 'clean'],
];

test('npm scripts are the commands of every day, and nothing but their names', () => {
  expect(scripts).toEqual(Object.fromEntries(aliases.map((name) => [name, `exec node cli/bootstrap.mjs ${name}`])));
  expect(halftone().commands.map((one) => one.name())).toEqual(expect.arrayContaining(aliases));
});
