/** `npm run dev`: everything runs, and what you change is built and started again. */
import { parseArgs } from 'node:util';
import { root } from '../engines/config.ts';
import { appsOf } from '../build/workspace.ts';
import { Progress } from '../start/progress.ts';
import { runMain } from '../command/run-main.ts';
import { start } from '../start/start.ts';
import { watchSources } from './watch.ts';

const help = `npm run dev                     starts everything; a change under apps/ or libs/ is built and the services it touches start again
npm run dev -- orders images    only these are built and started again
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
  if (values.help) {
    process.stderr.write(help);
    return 0;
  }
  const known = appsOf(root);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no service ${unknown.join(', ')}; there are ${known.join(', ')}`);
  const apps = positionals.length > 0 ? positionals : known;
  const progress = new Progress(false);
  return start({ once: false, json: false, tour: false, whileUp: watchSources(apps, progress) }, progress);
}

runMain(main);
