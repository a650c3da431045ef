/** `npm run k8s:up`: Halftone on a Kubernetes cluster, from nothing to URLs that answer. */
import { parseArgs } from 'node:util';
import { optionalParts, profiles, type OptionalPart, type Profile } from '../cluster/release.ts';
import { targetArguments, targetHelp, targetOf } from '../cluster/target.ts';
import { onInterruption } from '../engines/interruption.ts';
import { Progress } from '../start/progress.ts';
import { runMain } from '../command/run-main.ts';
import { up, type UpOptions } from './up.ts';

const parts = Object.keys(optionalParts) as OptionalPart[];

const help = `npm run k8s:up                        makes the kind cluster when there is none, builds and loads the images, installs
                                      or upgrades the release, waits until all pods are Ready, prints the URLs
npm run k8s:up -- --profile full      with Prometheus, Grafana and Jaeger (core, which is without, unless told)

--without LIST    leaves out some of ${parts.join(',')}
--set KEY=VALUE   as helm's; may be repeated
--values FILE     as helm's; may be repeated
${targetHelp}
--json            one JSON line per step on stdout and a last one with the outcome; words on stderr

Run again after a change: only what is different is built, loaded and restarted. npm run k8s:down takes everything away.
`;

const oneOf = <Choice extends string>(option: string, choices: readonly Choice[], given: string): Choice => {
  const choice = choices.find((one) => one === given);
  if (!choice) throw new Error(`${option} ${given}: there is ${choices.join(', ')}`);
  return choice;
};

function optionsOf(args?: string[]): (UpOptions & { json: boolean }) | undefined {
  const { values } = parseArgs({
    ...(args && { args }),
    options: {
      profile: { type: 'string', default: 'core' },
      without: { type: 'string', default: '' },
      set: { type: 'string', multiple: true, default: [] },
      values: { type: 'string', multiple: true, default: [] },
      ...targetArguments,
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    target: targetOf(values),
    profile: oneOf<Profile>('--profile', profiles, values.profile),
    without: values.without
      .split(',')
      .filter(Boolean)
      .map((part) => oneOf('--without', parts, part)),
    set: values.set,
    values: values.values,
    json: values.json,
  };
}

async function main(): Promise<number> {
  const options = optionsOf();
  if (!options) {
    process.stderr.write(help);
    return 0;
  }
  const progress = new Progress(options.json);
  const { signal, exitCode } = onInterruption(() => undefined);
  const outcome = await up(options, progress, signal);
  if (options.json) progress.line(outcome);
  return exitCode() || (outcome.ok ? 0 : 1);
}

runMain(main);
