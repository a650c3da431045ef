/** Results of the clients with an old cursor, of the live clients, and of the process. Pure. */

/** Of several clients together. */
export interface DeliveryCounts {
  clients: number;
  /** Events each client should receive. */
  published: number;
  lost: number;
  duplicated: number;
  resets: number;
}

export interface Latecomers extends DeliveryCounts {
  about: 'latecomers';
  /** Events of the feed since their cursor. */
  behind: number;
  /** Until all of them have caught up. */
  seconds: number;
}

export interface LiveClients extends DeliveryCounts {
  about: 'live clients';
  /** Delay in ms from publication to client: before the latecomers connected, and while they caught up. */
  before: { p50: number; p99: number };
  meanwhile: { p50: number; p99: number };
}

export interface Memory {
  about: 'memory';
  /** Memory in MiB: before, and the maximum in each half of the catch-up. */
  before: number;
  firstHalf: number;
  secondHalf: number;
}

export type Seen = Latecomers | LiveClients | Memory;

/** Allows for garbage. Half a million records kept in memory would take more. */
export const growthMiB = 128;

/** Undefined when it is as promised. */
export function complaintAbout(seen: Seen): string | undefined {
  if (seen.about === 'memory') {
    return seen.secondHalf - seen.firstHalf > growthMiB ? 'it goes on growing' : undefined;
  }
  const { lost, duplicated, resets } = seen;
  return lost + duplicated + resets > 0 ? 'not every event came exactly once' : undefined;
}
