/** Sums the measurements and compares them with the aims. Pure. */
import { mebibytes } from '@halftone/tools/cluster/quantity.ts';
import { linesOfTable } from '@halftone/tools/terminal/table.ts';
import type { ImageMeasure, Measures, PodMeasure, Resources } from './measure.ts';

const mib = 2 ** 20;
/** As a container registry counts. */
const mb = 1e6;

const aims = {
  core: 2048 * mib,
  full: 4096 * mib,
  image: 40 * mb,
  /** sharp and its libvips. */
  imageWithSharp: 80 * mb,
} as const;

const monitoring = ['prometheus', 'grafana', 'jaeger'];

interface ComponentReport {
  component: string;
  pods: number;
  workingSetMiB: number;
  requests: { memoryMiB: number; cores: number };
  limits: { memoryMiB: number; cores: number };
  /** Of the slowest pod. */
  startSeconds: number | undefined;
}

export interface Report {
  ok: boolean;
  profile: 'core' | 'full';
  components: ComponentReport[];
  total: Omit<ComponentReport, 'component'>;
  images: { image: string; mb: number; aboveBaseMb: number | undefined }[];
  /** In words; empty when every aim is met. */
  missed: string[];
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

function sumOf(pods: readonly PodMeasure[]): Omit<ComponentReport, 'component'> {
  const sum = (of: (pod: PodMeasure) => number) => pods.reduce((total, pod) => total + of(pod), 0);
  const resources = (of: (pod: PodMeasure) => Resources) => ({
    memoryMiB: mebibytes(sum((pod) => of(pod).memory)),
    cores: rounded(sum((pod) => of(pod).cores)),
  });
  return {
    pods: pods.length,
    workingSetMiB: mebibytes(sum(({ workingSet = 0 }) => workingSet)),
    requests: resources(({ requests }) => requests),
    limits: resources(({ limits }) => limits),
    startSeconds: Math.max(...pods.map(({ startSeconds = 0 }) => startSeconds)),
  };
}

const aimOf = ({ image }: ImageMeasure): number => (/\/images:/.test(image) ? aims.imageWithSharp : aims.image);

function missedBy({ pods, images, unready }: Measures, profile: 'core' | 'full'): string[] {
  const bytes = pods.reduce((sum, { workingSet = 0 }) => sum + workingSet, 0);
  const unmeasured = pods.filter(({ workingSet }) => workingSet === undefined).map(({ pod }) => pod);
  const large = images.filter((image) => (image.aboveBase ?? 0) > aimOf(image));
  return [
    ...(unready.length > 0 ? [`measured while not Ready: ${unready.join(', ')}`] : []),
    ...(unmeasured.length > 0 ? [`not measured yet, try again in 20 s: ${unmeasured.join(', ')}`] : []),
    ...(bytes > aims[profile]
      ? [`${profile} rests at ${mebibytes(bytes)} MiB; the aim is ${mebibytes(aims[profile])}`]
      : []),
    ...large.map(
      (image) =>
        `${image.image} is ${Math.round((image.aboveBase ?? 0) / mb)} MB above its base; the aim is ${aimOf(image) / mb}`,
    ),
  ];
}

export function reportOf(measures: Measures): Report {
  const { pods, images } = measures;
  const names = [...new Set(pods.map(({ component }) => component))].sort();
  const profile = names.some((name) => monitoring.includes(name)) ? 'full' : 'core';
  const missed = missedBy(measures, profile);
  return {
    ok: missed.length === 0,
    profile,
    components: names.map((component) => ({ component, ...sumOf(pods.filter((pod) => pod.component === component)) })),
    total: sumOf(pods),
    images: images.map(({ image, bytes, aboveBase }) => ({
      image,
      mb: Math.round(bytes / mb),
      aboveBaseMb: aboveBase === undefined ? undefined : Math.round(aboveBase / mb),
    })),
    missed,
  };
}

const columns = ['component', 'pods', 'working set', 'requests', '', 'limits', '', 'start'];

const row = (component: string, { pods, workingSetMiB, requests, limits, startSeconds }: Report['total']): string[] => [
  ...[component, String(pods), `${workingSetMiB} MiB`],
  ...[requests, limits].flatMap(({ memoryMiB, cores }) => [`${memoryMiB} MiB`, `${cores} CPU`]),
  startSeconds === undefined ? '-' : `${startSeconds} s`,
];

export function linesOf({ profile, components, total, images, missed }: Report): string[] {
  return [
    ...linesOfTable([columns, ...components.map((one) => row(one.component, one)), row(`${profile}, all`, total)]),
    '',
    ...images.map(
      ({ image, mb: size, aboveBaseMb }) => `${image}  ${size} MB, ${aboveBaseMb ?? '?'} MB above its base`,
    ),
    ...missed.map((text) => `✘ ${text}`),
    ...(missed.length === 0 ? [`✔ ${profile} is within the aims`] : []),
  ];
}
