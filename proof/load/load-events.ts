/** Events of a running load test; times are milliseconds since 1970. */

/** One request with all its tries. */
export interface RequestSeen {
  name: string;
  /** When its first try began. */
  at: number;
  /** Until its answer. */
  ms: number;
  /** Whether it was answered well in the end. */
  ok: boolean;
  attempts: number;
  key?: string;
  /** The error of the first try that failed. */
  why?: string;
}

/** One lost connection of a listener that was made good. */
export interface CutSeen {
  listener: string;
  at: number;
  backMs: number;
}
