import type { EventEmitter } from 'node:events';

/** The part of a writable gRPC stream that pacing requires. */
interface Paced<T> extends Pick<EventEmitter, 'once' | 'off'> {
  write(message: T): boolean;
}

/** Resolves when the peer has read enough, or when nobody reads any more. */
function drained(call: Pick<EventEmitter, 'once' | 'off'>): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'status', 'close', 'error', 'cancelled'];
    const done = () => {
      for (const event of events) call.off(event, done);
      resolve();
    };
    for (const event of events) call.once(event, done);
  });
}

/**
 * Writes the messages at the peer's pace; `over` is called before each and returns whether the call has ended. Leaving early ends the
 * source, so its `finally` blocks run.
 */
export async function pump<T>(source: AsyncIterable<T>, call: Paced<T>, over: () => boolean): Promise<void> {
  if (over()) return;
  for await (const message of source) {
    if (over()) return;
    if (!call.write(message)) await drained(call);
    if (over()) return;
  }
}
