/** Results of slow transfers and a long chat while their processes were replaced. Pure. */

export interface Transfer {
  about: 'upload' | 'download';
  seconds: number;
  /** Bytes that were sent, and that are there in the end. */
  bytes: number;
  arrived: number;
  /** Whether they are the same bytes. */
  same: boolean;
  /** Of the answer; 0 when the connection broke. */
  status: number;
  failure?: string;
}

export interface Chat {
  about: 'chat';
  seconds: number;
  sent: number;
  /** By its sender and by the operator. */
  lost: number;
  duplicated: number;
}

export interface Restart {
  about: 'restart';
  process: string;
  /** From the signal until the process that took its place was ready. */
  seconds: number;
}

/** Short requests meanwhile, one after the other. */
export interface Requests {
  about: 'requests';
  count: number;
  /** Tries that were answered with a status that says: try again. */
  again: number;
  /** Not answered in 10 s, or with an error that no other try would change. */
  failed: number;
}

export type Seen = Transfer | Chat | Restart | Requests;

/** Undefined when it is as promised. */
export function complaintAbout(seen: Seen, leastSeconds: number): string | undefined {
  switch (seen.about) {
    case 'upload':
    case 'download':
      if (seen.failure) return seen.failure;
      if (seen.status >= 300) return `it was answered ${seen.status}`;
      if (!seen.same || seen.arrived !== seen.bytes) return 'it is not whole';
      return seen.seconds < leastSeconds * 0.7 ? 'it was too quick to show anything' : undefined;
    case 'chat':
      return seen.sent > 0 && seen.lost + seen.duplicated === 0 ? undefined : 'not every message came exactly once';
    case 'requests':
      return seen.count > 0 && seen.failed === 0 ? undefined : 'not every request succeeded';
    case 'restart':
      return undefined;
    default:
      return seen satisfies never;
  }
}
