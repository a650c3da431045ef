/** Watches the pods of a component: which one ends or starts again, which one replaces it, and when that is Ready. */
import { isReady, restartsOf, type Pod } from '@halftone/tools/cluster/objects.ts';
import { waitingOf } from '@halftone/tools/cluster/waiting.ts';

/** Milliseconds since the kill. */
export interface Replacement {
  pod: string;
  /** Undefined while it does not take traffic. */
  readyAfterMs?: number;
}

/** Compares the pods with those before the kill, by uid: a StatefulSet uses names again. */
export class PodWatch {
  readonly #before: ReadonlyMap<string, Pod>;
  readonly #wanted: number;
  readonly #states = new Map<string, string>();
  replacement: Replacement | undefined;
  /** As many pods as before are Ready, the killed one not among them or restarted. */
  whole = false;

  constructor(before: readonly Pod[]) {
    this.#before = new Map(before.map((pod) => [pod.metadata.uid, pod]));
    this.#wanted = before.filter(isReady).length;
    for (const pod of before) this.#states.set(pod.metadata.uid, stateOf(pod));
  }

  /** Returns a line for every change since the last call. */
  look(now: readonly Pod[], killed: Pod, sinceMs: number): string[] {
    const lines = now.flatMap((pod) => this.#changeOf(pod));
    const same = now.find(({ metadata }) => metadata.uid === killed.metadata.uid);
    const restarted = same && isReady(same) && restartsOf(same) > restartsOf(killed);
    if (!same && this.#states.delete(killed.metadata.uid)) lines.unshift(`${killed.metadata.name} is gone`);
    const fresh = now.find(({ metadata }) => !this.#before.has(metadata.uid));
    if (fresh) this.replacement ??= { pod: fresh.metadata.name };
    if (fresh && this.replacement && isReady(fresh)) this.replacement.readyAfterMs ??= sinceMs;
    this.whole = (!same || restarted === true) && now.filter(isReady).length >= this.#wanted;
    return lines;
  }

  #changeOf(pod: Pod): string[] {
    const { uid, name } = pod.metadata;
    const state = stateOf(pod);
    if (this.#states.get(uid) === state) return [];
    this.#states.set(uid, state);
    return [`${name} ${state}`];
  }
}

function stateOf(pod: Pod): string {
  if (pod.metadata.deletionTimestamp) return 'is ending';
  return isReady(pod) ? 'is Ready' : (waitingOf(pod, [])?.text ?? pod.status.phase);
}
