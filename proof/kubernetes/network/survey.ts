/** Probes every endpoint from every pod. Wrong outcomes are tried once more, so that a lost packet is no finding. */
import { componentOf, isOfJob, isReady, type Pod, type Service } from '@halftone/tools/cluster/objects.ts';
import { list } from '@halftone/tools/cluster/kubectl.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import { isService } from './arrows.ts';
import { runProbe, type ProbeSource } from './run-probe.ts';
import type { TestPod } from './test-pods.ts';
import { isRight, type Endpoint, type Attempt } from './connection-matrix.ts';
import { othersThan, endpointsOfPod, endpointsOfService } from './endpoints.ts';

/** A low number: each probe starts Node in a pod, and the machine also runs the shop. */
const atOnce = 3;

export interface ReleaseTargets {
  sources: ProbeSource[];
  endpoints: Endpoint[];
  /** Names that every pod has to be able to look up. */
  names: string[];
}

export async function readRelease(target: Target): Promise<ReleaseTargets> {
  const [found, services] = await Promise.all([list<Pod>(target, 'pods'), list<Service>(target, 'services')]);
  const pods = found.filter((pod) => isReady(pod) && !isOfJob(pod) && componentOf(pod) !== '');
  const ofRelease = pods.filter(({ metadata }) => metadata.labels?.['halftone-e2e'] === undefined);
  return {
    sources: ofRelease.map((pod) => ({
      component: componentOf(pod),
      name: pod.metadata.name,
      namespace: target.namespace,
      hasNode: isService(componentOf(pod)),
    })),
    endpoints: [...ofRelease.flatMap(endpointsOfPod), ...services.flatMap(endpointsOfService)],
    names: services.map(({ metadata }) => metadata.name),
  };
}

export const asSource = (testPod: TestPod): ProbeSource => ({ ...testPod, hasNode: true });

export interface Survey {
  tried: Attempt[];
  /** `halftone-orders-… cannot look up halftone-kafka: EAI_AGAIN` */
  unresolved: string[];
}

async function probeFrom(target: Target, source: ProbeSource, targets: ReleaseTargets, image: string): Promise<Survey> {
  const { endpoints } = targets;
  // Short names are those of one namespace.
  const names = source.namespace === target.namespace ? targets.names : [];
  const others = othersThan({ metadata: source, component: source.component }, endpoints);
  const first = await runProbe(target, source, { endpoints: others, names }, image);
  const tried = others.map((endpoint, i): Attempt => ({ source, endpoint, outcome: first.outcomes[i] ?? '' }));
  const unresolved = names.filter((_, i) => first.resolved[i] !== 'resolved');
  const wrong = tried.filter((one) => !isRight(one));
  if (wrong.length > 0) await probeAgain(target, source, wrong, image);
  return { tried, unresolved: unresolved.map((name) => `${source.name} cannot look up ${name}`) };
}

async function probeAgain(target: Target, source: ProbeSource, wrong: Attempt[], image: string): Promise<void> {
  const { outcomes } = await runProbe(
    target,
    source,
    { endpoints: wrong.map(({ endpoint }) => endpoint), names: [] },
    image,
  );
  wrong.forEach((one, i) => (one.outcome = outcomes[i] ?? ''));
}

export async function survey(target: Target, targets: ReleaseTargets, image: string): Promise<Survey> {
  const waiting = [...targets.sources];
  const surveys: Survey[] = [];
  const worker = async () => {
    for (let source = waiting.shift(); source; source = waiting.shift()) {
      surveys.push(await probeFrom(target, source, targets, image));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { tried: surveys.flatMap(({ tried }) => tried), unresolved: surveys.flatMap(({ unresolved }) => unresolved) };
}
