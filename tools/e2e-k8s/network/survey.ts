/** Asks every pod for every place, and once more what came out wrong, so that one lost packet is no finding. */
import { componentOf, isOfJob, isReady } from '../../cluster/objects.ts';
import { list } from '../../cluster/kubectl.ts';
import type { Target } from '../../cluster/target.ts';
import type { FullPod, FullService } from '../objects.ts';
import { isService } from './arrows.ts';
import { ask, type Asked } from './ask.ts';
import type { Guest } from './guests.ts';
import { isRight, type Place, type Tried } from './matrix.ts';
import { othersThan, placesOfPod, placesOfService } from './places.ts';

/** Not more: each starts a Node in a pod, and the machine has to serve the shop meanwhile. */
const atOnce = 3;

export interface Inside {
  sources: Asked[];
  places: Place[];
  /** Names that every pod has to be able to look up. */
  names: string[];
}

export async function lookInside(target: Target): Promise<Inside> {
  const [found, services] = await Promise.all([list<FullPod>(target, 'pods'), list<FullService>(target, 'services')]);
  const pods = found.filter((pod) => isReady(pod) && !isOfJob(pod) && componentOf(pod) !== '');
  const ofRelease = pods.filter(({ metadata }) => metadata.labels?.['halftone-e2e'] === undefined);
  return {
    sources: ofRelease.map((pod) => ({
      component: componentOf(pod),
      name: pod.metadata.name,
      namespace: target.namespace,
      hasNode: isService(componentOf(pod)),
    })),
    places: [...ofRelease.flatMap(placesOfPod), ...services.flatMap(placesOfService)],
    names: services.map(({ metadata }) => metadata.name),
  };
}

export const asSource = (guest: Guest): Asked => ({ ...guest, hasNode: true });

export interface Survey {
  tried: Tried[];
  /** `halftone-orders-… cannot look up halftone-kafka: EAI_AGAIN` */
  unresolved: string[];
}

async function askOne(target: Target, source: Asked, inside: Inside, image: string): Promise<Survey> {
  const { places } = inside;
  // Short names are those of one namespace.
  const names = source.namespace === target.namespace ? inside.names : [];
  const others = othersThan({ metadata: source, component: source.component }, places);
  const first = await ask(target, source, { places: others, names }, image);
  const tried = others.map((place, i): Tried => ({ source, place, outcome: first.outcomes[i] ?? '' }));
  const unresolved = names.filter((_, i) => first.resolved[i] !== 'resolved');
  const wrong = tried.filter((one) => !isRight(one));
  if (wrong.length > 0) await askAgain(target, source, wrong, image);
  return { tried, unresolved: unresolved.map((name) => `${source.name} cannot look up ${name}`) };
}

async function askAgain(target: Target, source: Asked, wrong: Tried[], image: string): Promise<void> {
  const { outcomes } = await ask(target, source, { places: wrong.map(({ place }) => place), names: [] }, image);
  wrong.forEach((one, i) => (one.outcome = outcomes[i] ?? ''));
}

export async function survey(target: Target, inside: Inside, image: string): Promise<Survey> {
  const waiting = [...inside.sources];
  const surveys: Survey[] = [];
  const worker = async () => {
    for (let source = waiting.shift(); source; source = waiting.shift()) {
      surveys.push(await askOne(target, source, inside, image));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { tried: surveys.flatMap(({ tried }) => tried), unresolved: surveys.flatMap(({ unresolved }) => unresolved) };
}
