/** Runs the probe inside a pod: by exec where there is Node, else in an ephemeral container. */
import { kubectl } from '@halftone/tools/cluster/kubectl.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import { get } from '@halftone/tools/cluster/kubectl.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import type { Pod } from '@halftone/tools/cluster/objects.ts';
import type { Endpoint } from './connection-matrix.ts';
import { probeArgument, probeScript, readAnswers, type Answers } from './probe.ts';

export interface ProbeSource {
  component: string;
  name: string;
  namespace: string;
  /** Its image has Node. */
  hasNode: boolean;
}

export interface ProbeTargets {
  endpoints: readonly Endpoint[];
  names: readonly string[];
}

/** `image` has Node, for pods that have none. */
export async function runProbe(
  target: Target,
  source: ProbeSource,
  { endpoints, names }: ProbeTargets,
  image: string,
): Promise<Answers> {
  const command = ['node', '-e', probeScript, probeArgument(endpoints, names)];
  const output = await (source.hasNode ? exec(target, source, command) : beside(target, source, command, image));
  return readAnswers(output, endpoints, names);
}

const exec = (target: Target, { name, namespace }: ProbeSource, command: readonly string[]): Promise<string> =>
  kubectl(target, ['exec', name, '--namespace', namespace, '--', ...command], { timeoutMs: 60_000 });

let containers = 0;

/** An ephemeral container shares the pod's network and so its policies. It ends with the probe, and goes with the pod. */
async function beside(
  target: Target,
  { name }: ProbeSource,
  command: readonly string[],
  image: string,
): Promise<string> {
  const container = `e2e-probe-${Date.now().toString(36)}-${(containers += 1)}`;
  const how = [`--image=${image}`, `--container=${container}`, '--profile=restricted', '--quiet', '--attach=false'];
  await kubectl(target, ['debug', name, ...how, '--', ...command], { timeoutMs: 60_000 });
  await eventually(`the probe beside ${name}`, () => hasEnded(target, name, container), {
    withinMs: 60_000,
    everyMs: 500,
  });
  return kubectl(target, ['logs', name, '--container', container], { timeoutMs: 30_000 });
}

async function hasEnded(target: Target, name: string, container: string): Promise<true | undefined> {
  const pod = await get<Pod>(target, `pod/${name}`);
  const status = pod.status.ephemeralContainerStatuses?.find((one) => one.name === container);
  return status?.state?.terminated ? true : undefined;
}
