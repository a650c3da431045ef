/**
 * The requests of the clients and their outcomes: one line of JSON per event, in order. An operation is one `invoke` and at most one
 * end; without an end it counts as unknown. All tries of an operation have the same key; only the final outcome counts.
 */

/** Each kind of request that has an effect. */
export type Effect = 'transfer' | 'payment' | 'refund' | 'order' | 'image';

export interface Line {
  /** The id of the operation, made by its client. */
  op: string;
  /** The client; it sends one request at a time. */
  process: string;
  /** The Idempotency-Key of every try. */
  key: string;
  f: Effect;
  customer: string;
  /** The request as it was sent. */
  value: Record<string, unknown>;
  /**
   * `ok`: it took effect exactly once. `fail`: it has no effect and never will. `unknown`: no final answer; at most one effect.
   */
  type: 'invoke' | 'ok' | 'fail' | 'unknown';
  /** Of the last answer, if one came. */
  status?: number;
  /** The problem's code, of an answer that is one. */
  code?: string;
  /** The answer's text as it came. */
  body?: string;
  /** Number of tries. */
  tries?: number;
  /** Another answer to the same key that was not byte for byte the first one. */
  differs?: string;
  /** Milliseconds since 1970. */
  time: number;
}

/** An operation with both its ends. */
export interface Operation extends Omit<Line, 'type' | 'time'> {
  type: 'ok' | 'fail' | 'unknown';
  invokedAt: number;
  /** Undefined when its end was never written. */
  endedAt: number | undefined;
}

/** Combines the lines of each operation. Throws when the lines are no history. */
export function operationsOf(lines: readonly Line[]): Operation[] {
  const open = new Map<string, Operation>();
  for (const { type, time, ...line } of lines) {
    const begun = open.get(line.op);
    if (type === 'invoke') {
      if (begun) throw new Error(`operation ${line.op} is invoked twice`);
      open.set(line.op, { ...line, type: 'unknown', invokedAt: time, endedAt: undefined });
    } else {
      if (!begun || begun.endedAt !== undefined) throw new Error(`operation ${line.op} ends without having begun`);
      open.set(line.op, { ...begun, ...line, type, endedAt: time });
    }
  }
  return [...open.values()];
}

export const parseHistory = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => JSON.parse(line) as Line);
