/** A pod of each service, then of each engine, is gone from one moment to the next; only what was under way may fail, and only once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { componentOf, isReady } from '../../cluster/objects.ts';
import { forceDelete, pods, workloads } from '../../cluster/pods.ts';
import { judgeEnd } from '../disturbance/judge.ts';
import { Photos } from '../disturbance/photos.ts';
import { Witness } from '../disturbance/witness.ts';
import { isService } from '../network/arrows.ts';
import { failedLate, reasonsOf, recoveryOf, type Span } from '../recovery.ts';
import type { Phase, World } from '../world.ts';
import { servicesOf } from './rolling.ts';

/** What is under way when a pod goes: until every node sends nothing there any more. */
const inFlightMs = 5_000;

const readyWithinMs = 120_000;

/** The engines that are in the release, the ones everything hangs on last. */
async function enginesOf({ target }: World): Promise<string[]> {
  const sets = (await workloads(target)).filter(({ kind }) => kind === 'StatefulSet').map(componentOf);
  return ['kafka', 'redis', 'postgres'].filter((engine) => sets.includes(engine));
}

/** Until as many pods are Ready as before, the killed one not among them. */
async function untilReplaced({ target, signal }: World, component: string, uid: string, wanted: number): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  const whole = async () => {
    const ready = (await pods(target, component)).filter(isReady);
    return ready.length >= wanted && ready.every(({ metadata }) => metadata.uid !== uid);
  };
  while (!(await whole())) {
    if (Date.now() > deadline) throw new Error(`${component} is not whole again after ${readyWithinMs / 1000} s`);
    // Each look starts a kubectl, which takes from the shop what it is tested on.
    await sleep(1_000, undefined, { signal });
  }
}

/** Gives when it was done and when all was Ready again. */
async function killOne(world: World, component: string): Promise<Omit<Span, 'until'>> {
  const ready = (await pods(world.target, component)).filter(isReady);
  const [victim] = ready;
  if (!victim) throw new Error(`no pod of ${component} is Ready`);
  const from = Date.now();
  await forceDelete(world.target, victim.metadata.name);
  await untilReplaced(world, component, victim.metadata.uid, ready.length);
  return { what: `kill ${component}`, from, readyAt: Date.now() };
}

/** With work for it under way. */
async function killTheWorker(world: World, witness: Witness, component: string): Promise<string> {
  const photos = await Photos.upload((await world.urls()).gateway);
  const killed = await killAndWatch(world, witness, component);
  return `${killed}; ${await photos.untilReady()}`;
}

async function killAndWatch(world: World, witness: Witness, component: string): Promise<string> {
  const killed = await killOne(world, component);
  await witness.untilQuiet(killed.readyAt, world.signal);
  const span = { ...killed, until: Date.now() };
  const recovery = recoveryOf(span, witness);
  const { report } = world;
  report.recovered(recovery);
  const { requests, failedFirst, failedForGood, readyMs } = recovery;
  if (requests === 0) throw new Error('no request was sent meanwhile: this shows nothing');
  if (failedForGood > 0)
    throw new Error(
      `${failedForGood} of ${requests} requests never succeeded, with the same key:\n${reasonsOf(span, witness)}`,
    );
  // Another replica serves on; of an engine there is only one.
  const wellFrom = (isService(component) ? span.from : span.readyAt) + inFlightMs;
  const late = failedLate(span, witness, wellFrom);
  if (late.length > 0)
    throw new Error(`${late.length} requests failed that began later: ${JSON.stringify(late.slice(0, 3))}`);
  report.note(reasonsOf(span, witness) || 'no request failed');
  return `${failedFirst} of ${requests} requests failed once, none for good; Ready after ${(readyMs / 1000).toFixed(1)} s`;
}

export const kill: Phase = {
  name: 'kill',
  title: "forced deletion of each service's pod, then of each engine's, under load",
  needsRelease: true,
  run: async (world) => {
    const { report, signal } = world;
    const victims = [...(await servicesOf(world)), ...(await enginesOf(world))];
    const witness = await Witness.begin(await world.urls(), true, signal);
    try {
      for (const component of victims) {
        const killed = component === 'images-worker' ? killTheWorker : killAndWatch;
        await report.check(`kill ${component}`, () => killed(world, witness, component));
      }
    } finally {
      await judgeEnd(report, await witness.end());
    }
  },
};
