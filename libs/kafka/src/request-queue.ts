// eslint-disable-next-line @typescript-eslint/no-require-imports -- no types, and no export: its own path is the only way to it
export const RequestQueue = require('kafkajs/src/network/requestQueue') as {
  new (options: object): Queue;
  prototype: Queue;
};

/** The part of kafkajs's request queue that is replaced here. */
interface Queue {
  pending: readonly unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

const CHECK_MS = 10;

/**
 * kafkajs 2.2.4 checks for pending requests 900 times a second per connection, even when none is pending. Its delay
 * is then -Date.now() ms, which Node warns about and treats as 1 ms (tulios/kafkajs#1751). Here nothing is checked
 * while nothing is pending; the next pending request schedules the check.
 */
export function fixRequestQueue(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: Queue): void {
    if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
    const throttledMs = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledMs > 0 ? throttledMs : CHECK_MS,
    );
  };
}
