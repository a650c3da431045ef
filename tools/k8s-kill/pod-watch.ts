/** What becomes of one component's pods: which one goes, which one comes for it, and when that takes traffic. */
import { isReady, type Pod } from '../cluster/objects.ts';
import { waitingOf } from '../cluster/waiting.ts';

/** Milliseconds since the deletion. */
export interface Replacement {
  pod: string;
  /** Undefined while it does not take traffic. */
  readyAfterMs?: number;
}

/** Compares what is seen with what was seen before the deletion; pods are told apart by uid, a StatefulSet uses names again. */
export class PodWatch {
  readonly #before: ReadonlyMap<string, Pod>;
  readonly #wanted: number;
  readonly #states = new Map<string, string>();
  replacement: Replacement | undefined;
  /** As many as before take traffic, and none of them is the deleted one. */
  whole = false;

  constructor(before: readonly Pod[]) {
    this.#before = new Map(before.map((pod) => [pod.metadata.uid, pod]));
    this.#wanted = before.filter(isReady).length;
    for (const pod of before) this.#states.set(pod.metadata.uid, stateOf(pod));
  }

  /** Gives a line for every change since the last look. */
  look(now: readonly Pod[], deleted: Pod, sinceMs: number): string[] {
    const lines = now.flatMap((pod) => this.#changeOf(pod));
    const gone = !now.some(({ metadata }) => metadata.uid === deleted.metadata.uid);
    if (gone && this.#states.delete(deleted.metadata.uid)) lines.unshift(`${deleted.metadata.name} is gone`);
    const fresh = now.find(({ metadata }) => !this.#before.has(metadata.uid));
    if (fresh) this.replacement ??= { pod: fresh.metadata.name };
    if (fresh && this.replacement && isReady(fresh)) this.replacement.readyAfterMs ??= sinceMs;
    this.whole = gone && now.filter(isReady).length >= this.#wanted;
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
