/** `npm run e2e:k8s`: everything that is promised about Halftone on Kubernetes, shown on a real cluster. */
import { targetArguments, targetHelp, targetOf } from '../cluster/target.ts';
import { releaseUrls, type ReleaseUrls } from '../cluster/urls.ts';
import { onInterruption } from '../engines/interruption.ts';
import { chosenPhases, phases, runPhases } from './plan.ts';
import { Report } from './report.ts';
import type { World } from './world.ts';
import { argumentsOf } from '../command/arguments.ts';
import { runMain } from '../command/run-main.ts';

const help = `npm run e2e:k8s                       all phases on the kind cluster, which is made and taken away; the last line is
                                      "N passed, N failed", the exit code 0 only if nothing failed
--only PHASE      this one; may be repeated. What it needs must be up: npm run e2e:k8s -- --only up
--list            the phases
--keep            leaves the cluster as it is at the end
${targetHelp}
--json            one JSON line per check and recovery on stdout and a last one with the sum; words on stderr
`;

// Whoever read our output may be gone; what was started must still be ended.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const say = (line: string) => process.stderr.write(`${line}\n`);
const print = (line: string) => process.stdout.write(`${line}\n`);

const { values } = argumentsOf(
  {
    options: {
      only: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      ...targetArguments,
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  },
  help,
);

async function main(): Promise<number> {
  const target = targetOf(values);
  const report = new Report({ json: values.json, say, print });
  const { signal } = onInterruption(() => undefined);
  let found: Promise<ReleaseUrls> | undefined;
  const world: World = {
    target,
    report,
    signal,
    keep: values.keep,
    urls: () => (found ??= releaseUrls(target)),
  };
  const begun = performance.now();
  await runPhases(chosenPhases(values.only), world);
  say(`${((performance.now() - begun) / 1000).toFixed(0)} s in all`);
  return report.end();
}

if (values.help) say(help);
else if (values.list) for (const { name, title } of phases) print(`${name.padEnd(14)} ${title}`);
else runMain(main);
