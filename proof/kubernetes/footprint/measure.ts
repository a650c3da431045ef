/** Reads the measurements from the cluster and Docker. */
import {
  componentOf,
  isOfJob,
  isReady,
  isRolledOut,
  startSecondsOf,
  type ContainerSpec,
  type Pod,
} from '@halftone/tools/cluster/objects.ts';
import { pods, workloads } from '@halftone/tools/cluster/pods.ts';
import { run } from '@halftone/tools/os/program.ts';
import { numberOf } from '@halftone/tools/cluster/quantity.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import { top, type Usage } from '@halftone/tools/cluster/top.ts';

export interface PodMeasure {
  component: string;
  pod: string;
  /** Undefined when metrics-server has no value yet. */
  workingSet: number | undefined;
  requests: Resources;
  limits: Resources;
  startSeconds: number | undefined;
}

export interface Resources {
  memory: number;
  cores: number;
}

export interface ImageMeasure {
  image: string;
  bytes: number;
  /** Undefined when docker has not the base. */
  aboveBase: number | undefined;
}

export interface Measures {
  pods: PodMeasure[];
  images: ImageMeasure[];
  /** Workloads that are not whole: what they will need is not in the sums. */
  unready: string[];
}

export async function measure(target: Target): Promise<Measures> {
  const [all, usage, owners] = await Promise.all([pods(target), top(target), workloads(target)]);
  const running = all.filter((pod) => isReady(pod) && !isOfJob(pod));
  if (running.length === 0)
    throw new Error(`no pod of ${target.release} is Ready in ${target.context}: ./halftone k8s up`);
  const unready = owners.filter((owner) => !isRolledOut(owner)).map(({ metadata }) => metadata.name);
  return { unready, pods: running.map((pod) => measureOf(pod, usage)), images: await sizesOf(ownImagesOf(running)) };
}

function measureOf(pod: Pod, usage: readonly Usage[]): PodMeasure {
  return {
    component: componentOf(pod),
    pod: pod.metadata.name,
    workingSet: usage.find((one) => one.pod === pod.metadata.name)?.bytes,
    requests: resourcesOf(pod.spec.containers, 'requests'),
    limits: resourcesOf(pod.spec.containers, 'limits'),
    startSeconds: startSecondsOf(pod),
  };
}

function resourcesOf(containers: readonly ContainerSpec[], of: 'requests' | 'limits'): Resources {
  const sum = (what: 'memory' | 'cpu') =>
    containers.reduce((total, { resources }) => total + numberOf(resources?.[of]?.[what] ?? '0'), 0);
  return { memory: sum('memory'), cores: sum('cpu') };
}

/** Without the images of the engines. */
const ownImagesOf = (all: readonly Pod[]): string[] => [
  ...new Set(
    all
      .flatMap(({ spec }) => spec.containers.map(({ image }) => image))
      .filter((image) => /(^|\/)halftone\//.test(image)),
  ),
];

interface Inspected {
  Size: number;
  Config?: { Labels?: Record<string, string> | null };
}

const inspect = (image: string): Promise<Inspected | undefined> =>
  run('docker', ['image', 'inspect', image], { timeoutMs: 30_000 }).then(
    (text) => (JSON.parse(text) as Inspected[])[0],
    () => undefined,
  );

/** Of those that docker here has; a cluster elsewhere may run images that were built elsewhere. */
async function sizesOf(images: readonly string[]): Promise<ImageMeasure[]> {
  const sizes = images.toSorted().map(async (image) => {
    const inspected = await inspect(image);
    const base = inspected?.Config?.Labels?.['org.opencontainers.image.base.name'];
    const baseBytes = base && (await inspect(base))?.Size;
    return inspected && { image, bytes: inspected.Size, aboveBase: baseBytes ? inspected.Size - baseBytes : undefined };
  });
  return (await Promise.all(sizes)).filter((size) => size !== undefined);
}
