/** `npm run k8s:report`: what the release costs, as measured now: memory, requests and limits, image sizes, start-up times. */
import { parseArgs } from 'node:util';
import { targetArguments, targetHelp, targetOf } from '../cluster/target.ts';
import { runMain } from '../command/run-main.ts';
import { linesOf, reportOf } from './report.ts';
import { measure } from './measure.ts';

const help = `npm run k8s:report             working sets (kubectl top), requests and limits, image sizes, seconds to Ready; to be run at rest
                               exit code 1 when an aim is missed

${targetHelp}
--json            the report as one JSON line on stdout
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
  const report = reportOf(await measure(targetOf(values)));
  const text = values.json ? JSON.stringify(report) : linesOf(report).join('\n');
  process.stdout.write(`${text}\n`);
  return report.ok ? 0 : 1;
}

runMain(main);
