/**
 * What clients did and what they were told: one line of JSON per event, in the order in which they happened. An operation is an
 * `invoke` and at most one of the others; one whose end was never written counts as unknown. Tries of one operation carry one key
 * and may be many; what counts is what came out in the end.
 */

/** Each kind of request that has an effect. */
export type Effect = 'transfer' | 'payment' | 'refund' | 'order' | 'image';

export interface Line {
  /** Of the operation, made by its client. */
  op: string;
  /** Which client: it sends one request at a time. */
  process: string;
  /** The Idempotency-Key of every try. */
  key: string;
  f: Effect;
  customer: string;
  /** The request as it was sent. */
  value: Record<string, unknown>;
  /**
   * `ok`: it took effect, exactly once. `fail`: it had no effect and never will. `unknown`: nobody told; at most once.
   */
  type: 'invoke' | 'ok' | 'fail' | 'unknown';
  /** Of the last answer, if one came. */
  status?: number;
  /** The problem's code, of an answer that is one. */
  code?: string;
  /** The answer's text as it came. */
  body?: string;
  /** How many tries it took. */
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

/** Pairs the lines up. Throws when a line is not part of a history. */
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
