import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@halftone/tools/os/config.ts';
import { commandsPage } from './commands-page.ts';
import { halftone } from './registry/groups.ts';

test('docs/commands.md is what the registry gives, and holds every command', async () => {
  const page = readFileSync(join(root, 'docs/commands.md'), 'utf8');
  expect(page).toBe(await commandsPage(halftone()));
  for (const one of await halftone().leaves()) expect(page).toContain(`| \`${one.path()}\` | ${one.line()} |`);
});

test('the README links to it', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8').includes('](docs/commands.md)')).toBe(true);
});
