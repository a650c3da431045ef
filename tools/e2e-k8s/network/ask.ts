/** Runs the probe inside a pod: by exec where there is Node, else in a container put beside what runs there. */
import { kubectl } from '../../cluster/kubectl.ts';
import type { Target } from '../../cluster/target.ts';
import { get } from '../../cluster/kubectl.ts';
import { eventually } from '../../client/retry.ts';
import type { FullPod } from '../objects.ts';
import type { Place } from './matrix.ts';
import { probeArgument, probeScript, readAnswers, type Answers } from './probe.ts';

export interface Asked {
  component: string;
  name: string;
  namespace: string;
  /** Its image has Node. */
  hasNode: boolean;
}

export interface Question {
  places: readonly Place[];
  names: readonly string[];
}

/** `image` has Node, for pods that have none. */
export async function ask(target: Target, asked: Asked, { places, names }: Question, image: string): Promise<Answers> {
  const command = ['node', '-e', probeScript, probeArgument(places, names)];
  const output = await (asked.hasNode ? exec(target, asked, command) : beside(target, asked, command, image));
  return readAnswers(output, places, names);
}

const exec = (target: Target, { name, namespace }: Asked, command: readonly string[]): Promise<string> =>
  kubectl(target, ['exec', name, '--namespace', namespace, '--', ...command], { timeoutMs: 60_000 });

let containers = 0;

/** An ephemeral container shares the pod's network and so its policies. It ends with the probe, and goes with the pod. */
async function beside(target: Target, { name }: Asked, command: readonly string[], image: string): Promise<string> {
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
  const pod = await get<FullPod>(target, `pod/${name}`);
  const status = pod.status.ephemeralContainerStatuses?.find((one) => one.name === container);
  return status?.state?.terminated ? true : undefined;
}
