/**
 * Kills one pod of a component, and returns when as many pods are Ready as before. Used by `halftone k8s kill` and by the phases
 * of `halftone k8s test`, which differ in what they run meanwhile: clients that are shown live, or a load test.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { componentOf, isReady, type Pod } from '@halftone/tools/cluster/objects.ts';
import { deletePod, forceDelete, pods } from '@halftone/tools/cluster/pods.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import { PodWatch, type Replacement } from './pod-watch.ts';

export type Kill = (target: Target, victim: Pod) => Promise<unknown>;

/** SIGTERM, the preStop hook and the grace period. */
export const gracefully: Kill = (target, { metadata }) => deletePod(target, metadata.name);

/** Like the loss of a node. */
export const byForce: Kill = (target, { metadata }) => forceDelete(target, metadata.name);

export interface Killing {
  target: Target;
  component: string;
  /** Resolves when the pod or its processes get the signal to end, not when they have ended. */
  by: Kill;
  withinMs: number;
  /** Each look starts a kubectl, which takes from the shop what it is tested on. */
  everyMs: number;
  signal: AbortSignal;
  /** Called before the kill. */
  onVictim?: (victim: Pod) => void;
  /** Called after each look with what changed since the last one. */
  onLook?: (changes: readonly string[]) => void;
}

/** Times in milliseconds since 1970. */
export interface Killed {
  victim: Pod;
  /** None when the container was restarted in the same pod. */
  replacement: Replacement | undefined;
  from: number;
  readyAt: number;
}

export async function killPod(killing: Killing): Promise<Killed> {
  const { target, component, by, withinMs, everyMs, signal, onVictim, onLook } = killing;
  const all = await pods(target);
  const victim = victimIn(all, target, component);
  const watch = new PodWatch(all.filter((pod) => componentOf(pod) === component));
  const from = Date.now();
  onVictim?.(victim);
  await by(target, victim);
  for (;;) {
    const changes = watch.look(await pods(target, component), victim, Date.now() - from);
    onLook?.(changes);
    if (watch.whole) return { victim, replacement: watch.replacement, from, readyAt: Date.now() };
    if (Date.now() > from + withinMs) throw new Error(`${component} is not whole again after ${withinMs / 1000} s`);
    await sleep(everyMs, undefined, { signal });
  }
}

/** The oldest Ready pod, so that each turn takes another one. Throws with the names of the components. Pure. */
export function victimIn(all: readonly Pod[], target: Target, component: string): Pod {
  const ready = all.filter(isReady);
  const age = ({ metadata }: Pod) => Date.parse(metadata.creationTimestamp);
  const [victim] = ready.filter((pod) => componentOf(pod) === component).sort((a, b) => age(a) - age(b));
  if (victim) return victim;
  const known = [...new Set(ready.map(componentOf))].sort();
  if (known.length === 0)
    throw new Error(`no pod of ${target.release} is Ready in ${target.context}: ./halftone k8s up`);
  throw new Error(`no pod of "${component}" is Ready; there is ${known.join(', ')}`);
}
