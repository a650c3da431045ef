/** Why a pod is not Ready yet, as a helpful message. Pure. */
import {
  componentOf,
  conditionOf,
  isOfJob,
  isReady,
  restartsOf,
  type ContainerStatus,
  type Event,
  type Pod,
} from './objects.ts';

export interface Waiting {
  pod: string;
  component: string;
  text: string;
  /** The container runs; its last log line may have the reason. */
  logHasReason: boolean;
  /** Waiting longer does not help. */
  hopeless: boolean;
}

const imageReasons = ['ErrImageNeverPull', 'ImagePullBackOff', 'ErrImagePull', 'InvalidImageName'];
const hopelessReasons = ['ErrImageNeverPull', 'InvalidImageName', 'CreateContainerConfigError', 'ImagePullBackOff'];

/** Undefined for a pod that is Ready, for one that has finished, and for one that is ending. */
export function waitingOf(pod: Pod, events: readonly Event[]): Waiting | undefined {
  const { metadata, status } = pod;
  if (metadata.deletionTimestamp || status.phase === 'Succeeded' || isReady(pod)) return undefined;
  const of = (text: string, { logHasReason = false, hopeless = false } = {}): Waiting => ({
    pod: metadata.name,
    component: componentOf(pod),
    text,
    logHasReason,
    hopeless,
  });
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') return of(`no node takes it: ${scheduled.message ?? scheduled.reason}`);
  const stuck = statusesOf(pod).find(({ state }) => state?.waiting && state.waiting.reason !== 'PodInitializing');
  if (stuck) return ofStuck(pod, stuck, events, of);
  const ended = statusesOf(pod).find(({ state }) => state?.terminated && state.terminated.exitCode !== 0);
  if (ended) return of(`${ended.name} ended with code ${ended.state?.terminated?.exitCode}`, { logHasReason: true });
  if (isOfJob(pod)) return of('at work', { logHasReason: true });
  const initial = status.initContainerStatuses?.find(({ state }) => state?.running);
  return of(
    initial ? `${initial.name} is at work` : status.phase === 'Running' ? 'runs, not ready' : 'being scheduled',
    {
      logHasReason: status.phase === 'Running',
    },
  );
}

type Say = (text: string, kind?: { logHasReason?: boolean; hopeless?: boolean }) => Waiting;

function ofStuck(pod: Pod, { name, state, lastState }: ContainerStatus, events: readonly Event[], of: Say): Waiting {
  const { reason = 'waiting', message } = state?.waiting ?? {};
  const hopeless = hopelessReasons.includes(reason);
  if (imageReasons.includes(reason)) return of(`${reason}: the cluster has no ${imageOf(pod, name)}`, { hopeless });
  if (reason === 'CrashLoopBackOff') {
    const end = lastState?.terminated;
    const how = end ? `${end.reason ?? 'ended'}, code ${end.exitCode}` : 'ended';
    return of(`${name} ${how}, ${restartsOf(pod)} restarts`, { logHasReason: true });
  }
  const warning = warningOf(pod, events);
  if (reason === 'ContainerCreating') return of(warning ?? 'its containers are being made');
  return of(`${reason}: ${message ?? warning ?? name}`, { hopeless });
}

const statusesOf = ({ status }: Pod): ContainerStatus[] => [
  ...(status.initContainerStatuses ?? []),
  ...(status.containerStatuses ?? []),
];

const imageOf = ({ spec }: Pod, container: string): string =>
  [...(spec.initContainers ?? []), ...spec.containers].find(({ name }) => name === container)?.image ?? container;

const timeOf = ({ lastTimestamp, eventTime }: Event): number => Date.parse(lastTimestamp ?? eventTime ?? '') || 0;

/** Oldest first. */
export const eventsOf = (name: string, events: readonly Event[]): Event[] =>
  events.filter(({ involvedObject }) => involvedObject.name === name).sort((a, b) => timeOf(a) - timeOf(b));

function warningOf({ metadata }: Pod, events: readonly Event[]): string | undefined {
  const last = eventsOf(metadata.name, events).findLast(({ type }) => type === 'Warning');
  return last && `${last.reason}: ${last.message}`;
}

/** The workload itself, or a ReplicaSet of it: its name and a hash. */
const isMakerOf = (workload: string, maker: string): boolean =>
  maker === workload || (maker.startsWith(`${workload}-`) && /^[a-z0-9]+$/.test(maker.slice(workload.length + 1)));

/** The reason why a workload has no pods at all: quota, or a pod that the namespace's security level refuses. */
export function refusalOf(workload: string, events: readonly Event[]): string | undefined {
  const refused = events
    .filter(({ reason, involvedObject }) => reason === 'FailedCreate' && isMakerOf(workload, involvedObject.name))
    .sort((a, b) => timeOf(a) - timeOf(b));
  return refused.at(-1)?.message.replace('(combined from similar events): ', '');
}

/** Those that wait for the same, together. */
export const groupsOf = (waiting: readonly Waiting[]): Waiting[][] => [
  ...Map.groupBy(waiting, ({ text }) => text).values(),
];

/** One phrase for each group: `orders ×2, payments: runs, not ready`. */
export function summaryOf(waiting: readonly Waiting[]): string[] {
  return groupsOf(waiting).map((group) => {
    const components = Map.groupBy(group, ({ component, pod }) => component || pod);
    const names = [...components].map(([name, { length }]) => (length > 1 ? `${name} ×${length}` : name));
    return `${names.join(', ')}: ${group[0]?.text.slice(0, 160)}`;
  });
}

/** A log line in words: the message of a JSON line with its error, else the line. */
export function wordsOf(line: string): string {
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return [msg, err?.message].filter(Boolean).join(': ') || line;
  } catch {
    // Not JSON: shown as it is.
    return line;
  }
}
