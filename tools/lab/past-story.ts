/** What was seen of clients that come with a cursor of long ago, of those who were there, and of the process. Pure. */

/** Of several clients together. */
export interface Heard {
  clients: number;
  /** Events there were to hear, of each. */
  told: number;
  lost: number;
  duplicated: number;
  resets: number;
}

export interface Latecomers extends Heard {
  about: 'latecomers';
  /** Events of the feed since their cursor. */
  behind: number;
  /** Until all of them stood at the live tail. */
  seconds: number;
}

export interface Neighbours extends Heard {
  about: 'neighbours';
  /** Milliseconds from the publication to the client, before the others came and while they caught up. */
  before: { p50: number; p99: number };
  meanwhile: { p50: number; p99: number };
}

export interface Memory {
  about: 'memory';
  /** MiB of the process before, and at most in both halves of the time they needed. */
  before: number;
  firstHalf: number;
  secondHalf: number;
}

export type Seen = Latecomers | Neighbours | Memory;

/** Pages of the past come and go, and their garbage; half a million records that stayed would take more than this. */
export const growthMiB = 128;

/** Undefined when it is as promised. */
export function complaintAbout(seen: Seen): string | undefined {
  if (seen.about === 'memory') {
    return seen.secondHalf - seen.firstHalf > growthMiB ? 'it goes on growing' : undefined;
  }
  const { lost, duplicated, resets } = seen;
  return lost + duplicated + resets > 0 ? 'not every event came exactly once' : undefined;
}
