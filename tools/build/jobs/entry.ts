/**
 * The entry point of the image `halftone/tools`: main.js JOB ARGUMENTS
 *
 * Each job is a bundle of its own next to this one, so that none carries what another needs.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

const folder = import.meta.dirname;
/** The job finds its own arguments where they would be without us. */
const [name = ''] = process.argv.splice(2, 1);
const file = join(folder, `${basename(name, '.js')}.js`);

const names = () =>
  readdirSync(folder)
    .filter((entry) => entry.endsWith('.js') && entry !== 'main.js')
    .map((entry) => basename(entry, '.js'));

if (name && existsSync(file) && basename(file) !== 'main.js') createRequire(import.meta.url)(file);
else {
  process.stderr.write(
    `${name && !name.startsWith('--') ? `there is no job ${name}` : 'which job?'} There is: ${names().join(', ')}\n`,
  );
  process.exitCode = name.startsWith('--') ? 0 : 64;
}
