/** Looks at a release again and again. Spares the machine: it starts itself meanwhile, and each question is a process. */
import { list, listAll } from './kubectl.ts';
import { lastLines } from './logs.ts';
import {
  componentOf,
  isOfJob,
  isReady,
  isRolledOut,
  type Event,
  type Job,
  type Pod,
  type Workload,
} from './objects.ts';
import type { Target } from './target.ts';
import { refusalOf, waitingOf, wordsOf, type Waiting } from './waiting.ts';

export interface Seen {
  ready: number;
  wanted: number;
  waiting: Waiting[];
  failedJob: string | undefined;
}

/** How long the last log line of a pod is reused, and how many logs are read per poll. */
const wordsLastMs = 5_000;
const logsPerPoll = 3;

type Kind<Item, Name extends string> = Item & { kind: Name };
type Found = Kind<Pod, 'Pod'> | Kind<Job, 'Job'> | Kind<Workload, 'Deployment'> | Kind<Workload, 'StatefulSet'>;

export class ReleaseWatch {
  readonly #target: Target;
  readonly #words = new Map<string, { at: number; text: string }>();

  constructor(target: Target) {
    this.#target = target;
  }

  async look(): Promise<Seen> {
    const [found, events] = await Promise.all([
      list<Found>(this.#target, 'pods,jobs,deployments,statefulsets'),
      listAll<Event>(this.#target, ['events']),
    ]);
    const jobs = found.filter((item) => item.kind === 'Job').filter(isOpen);
    const pods = found.filter((item) => item.kind === 'Pod').filter((pod) => !isOfJob(pod) || isOfOne(jobs, pod));
    const workloads = found.filter((item) => item.kind === 'Deployment' || item.kind === 'StatefulSet');
    const waiting = pods.flatMap((pod) => waitingOf(pod, events) ?? []);
    await this.#askForWords(waiting);
    return {
      ready: pods.filter((pod) => isReady(pod) && !isOfJob(pod)).length,
      wanted: workloads.reduce((sum, { spec }) => sum + spec.replicas, 0),
      waiting: [
        ...waiting.map((one) => this.#withWords(one)),
        ...openOnly(workloads, waiting, events),
        ...jobs.flatMap((job) => withoutPod(job, pods)),
      ],
      failedJob: jobs.find((job) => isOver(job, 'Failed'))?.metadata.name,
    };
  }

  /** The pods whose log may have a reason, longest unread first. */
  async #askForWords(waiting: readonly Waiting[]): Promise<void> {
    const askedAt = ({ pod }: Waiting) => this.#words.get(pod)?.at ?? 0;
    const due = waiting
      .filter((one) => one.logHasReason && Date.now() - askedAt(one) > wordsLastMs)
      .sort((a, b) => askedAt(a) - askedAt(b));
    const ask = async ({ pod }: Waiting) => {
      const [line = ''] = await lastLines(this.#target, pod, 1);
      this.#words.set(pod, { at: Date.now(), text: wordsOf(line) });
    };
    await Promise.all(due.slice(0, logsPerPoll).map(ask));
  }

  #withWords(waiting: Waiting): Waiting {
    const words = waiting.logHasReason && this.#words.get(waiting.pod)?.text;
    return words ? { ...waiting, text: `${waiting.text}: "${words.slice(0, 120)}"` } : waiting;
  }
}

const isOver = ({ status }: Job, how: 'Complete' | 'Failed'): boolean =>
  status.conditions?.some(({ type, status: is }) => type === how && is === 'True') ?? false;

/** A pod of the release that has not finished. The Job of a test is not awaited. */
const isOpen = (job: Job): boolean => !isOver(job, 'Complete') && !job.metadata.annotations?.['helm.sh/hook'];

const isOfOne = (jobs: readonly Job[], { metadata }: Pod): boolean =>
  jobs.some((job) => metadata.ownerReferences?.some(({ name }) => name === job.metadata.name));

const withoutPod = (job: Job, pods: readonly Pod[]): Waiting[] =>
  pods.some((pod) => isOfOne([job], pod) && pod.status.phase !== 'Failed')
    ? []
    : [
        {
          pod: job.metadata.name,
          component: componentOf(job),
          text: 'its next pod is being made',
          logHasReason: false,
          hopeless: false,
        },
      ];

/** The reason why a workload waits although none of its pods does: pods that it may not make, or old ones that still stop. */
function openOnly(workloads: readonly Workload[], waiting: readonly Waiting[], events: readonly Event[]): Waiting[] {
  return workloads
    .filter((workload) => !isRolledOut(workload))
    .filter(({ metadata }) => !waiting.some(({ pod }) => isPodOf(metadata.name, pod)))
    .map(({ metadata, spec, status }) => {
      const component = componentOf({ metadata });
      const refused = refusalOf(metadata.name, events);
      const lacks = (status.replicas ?? 0) < spec.replicas;
      const all = (status.updatedReplicas ?? 0) === status.replicas ? 'Ready, and to stay so a moment' : 'old pods go';
      const text = lacks ? (refused ?? 'its pods are being made') : all;
      return { pod: metadata.name, component, text, logHasReason: false, hopeless: lacks && refused !== undefined };
    });
}

/** `images-0` or `images-5d4f-x7k2p` of `images`; `images-worker-…` is of another. */
const isPodOf = (workload: string, pod: string): boolean =>
  pod.startsWith(`${workload}-`) && /^(\d+|[a-z0-9]+-[a-z0-9]+)$/.test(pod.slice(workload.length + 1));
