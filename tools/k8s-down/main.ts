/** `npm run k8s:down`: takes away what `npm run k8s:up` has made, and looks whether anything is left. */
import { parseArgs } from 'node:util';
import { targetArguments, targetHelp, targetOf } from '../cluster/target.ts';
import { Progress } from '../start/progress.ts';
import { runMain } from '../command/run-main.ts';
import { down } from './down.ts';

const help = `npm run k8s:down                      deletes the cluster that k8s:up has made, with all data in it
npm run k8s:down -- --context NAME    leaves the cluster: removes the release, its volumes and the namespace

${targetHelp}
--json            one JSON line per step on stdout and a last one with what is left; words on stderr
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      ...targetArguments,
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stderr.write(help);
    return 0;
  }
  const progress = new Progress(values.json);
  const left = await down(targetOf(values), progress);
  if (values.json) progress.line({ ok: left.length === 0, left });
  return left.length === 0 ? 0 : 1;
}

runMain(main, 1);
