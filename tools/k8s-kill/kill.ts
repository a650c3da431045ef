/** Clients listen, orders flow, pods go one after the other; in the end everything that happened is counted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cheapestProduct, photo, uploadAndWait } from '../client/shop.ts';
import { signIn } from '../client/session.ts';
import { componentOf, isReady, type Pod } from '../cluster/objects.ts';
import { deletePod, forceDelete, pods } from '../cluster/pods.ts';
import type { Target } from '../cluster/target.ts';
import { releaseUrls } from '../cluster/urls.ts';
import { Crowd } from './crowd.ts';
import { OrderFlow } from './order-flow.ts';
import { PodWatch } from './pod-watch.ts';
import { outcomeOf, type Outcome, type PodReport } from './report.ts';
import { inWords, whereabouts } from './whereabouts.ts';

export interface KillOptions {
  target: Target;
  component: string;
  graceful: boolean;
  /** How many pods, one after the other. */
  count: number;
  sockets: number;
  streams: number;
}

type Say = (line: string) => void;

interface Scene {
  crowd: Crowd;
  flow: OrderFlow;
}

/** All flows before the first pod goes, and for as long again after the last is back. */
const steadyMs = 3_000;
const lookEveryMs = 500;
const podPatienceMs = 180_000;

export async function kill(options: KillOptions, say: Say, signal: AbortSignal): Promise<Outcome> {
  await victimOf(options);
  const scene = await setScene(options, say);
  try {
    await sleep(steadyMs, undefined, { signal });
    say(`clients: ${inWords(await whereabouts(options.target))}`);
    const deletedAt = performance.now();
    const killed: PodReport[] = [];
    for (let turn = 0; turn < options.count; turn += 1) killed.push(await killOne(options, scene, say, signal));
    await scene.crowd.allBack(signal);
    await sleep(steadyMs, undefined, { signal });
    say(`clients: ${inWords(await whereabouts(options.target))}`);
    say('waiting until every order has ended and everybody has heard of it');
    const orders = await scene.flow.stop();
    return outcomeOf(options.component, killed, await scene.crowd.report(orders, deletedAt), scene.flow.placed);
  } finally {
    await scene.crowd.close();
  }
}

async function setScene({ target, sockets, streams }: KillOptions, say: Say): Promise<Scene> {
  const urls = await releaseUrls(target);
  const alice = await signIn(urls.gateway, 'alice');
  const imageId = await uploadAndWait(alice, await photo('chelsea.png'));
  const { id: product } = await cheapestProduct(alice);
  const crowd = await Crowd.open(alice, urls.realtime, sockets, streams);
  say(
    `${sockets} WebSocket and ${streams} SSE clients listen at ${urls.realtime[0]}, 2 orders a second go to ${urls.gateway}`,
  );
  return { crowd, flow: new OrderFlow(alice, imageId, product) };
}

/** The oldest that takes traffic, so that several in turn are several; rejects with the components there are. */
async function victimOf({ target, component }: KillOptions): Promise<Pod> {
  const all = await pods(target);
  const age = ({ metadata }: Pod) => Date.parse(metadata.creationTimestamp);
  const [victim] = all.filter((pod) => componentOf(pod) === component && isReady(pod)).sort((a, b) => age(a) - age(b));
  if (victim) return victim;
  const known = [...new Set(all.filter(isReady).map(componentOf))].sort();
  if (known.length === 0) throw new Error(`no pod of ${target.release} is Ready in ${target.context}: npm run k8s:up`);
  throw new Error(`no pod of "${component}" is Ready; there is ${known.join(', ')}`);
}

async function killOne(options: KillOptions, scene: Scene, say: Say, signal: AbortSignal): Promise<PodReport> {
  const { target, component, graceful } = options;
  const watch = new PodWatch(await pods(target, component));
  const victim = await victimOf(options);
  const begun = performance.now();
  const since = () => performance.now() - begun;
  const tell = (line: string) => say(`${(since() / 1000).toFixed(1).padStart(6)} s  ${line}`);
  tell(`${victim.metadata.name} is deleted ${graceful ? 'with its grace period' : 'by force'}`);
  await (graceful ? deletePod : forceDelete)(target, victim.metadata.name);
  for (let said = ''; !watch.whole;) {
    if (since() > podPatienceMs) throw new Error(`${component} is not whole again after ${podPatienceMs / 1000} s`);
    for (const line of watch.look(await pods(target, component), victim, Math.round(since()))) tell(line);
    const state = stateOf(scene);
    if (state !== said) tell((said = state));
    await sleep(lookEveryMs, undefined, { signal });
  }
  return { pod: victim.metadata.name, ...(watch.replacement && { replacement: watch.replacement }) };
}

function stateOf({ crowd, flow }: Scene): string {
  const retried = flow.placed.filter(({ attempts }) => attempts > 1).length;
  const failed = flow.placed.filter(({ ok }) => !ok).length;
  return [
    `clients ${crowd.connected}/${crowd.size} connected, ${crowd.cuts} cut, ${crowd.heard} events heard`,
    `orders ${flow.placed.length} answered, ${flow.open} open, ${retried} retried, ${failed} failed`,
  ].join('; ');
}
