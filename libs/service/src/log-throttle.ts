import { types } from 'node:util';

const { isNativeError } = types;
const againAfterMs = 30_000;
/** Reasons may contain a port or an id, so their number is unlimited. */
const maxReasons = 100;

/** Decides when a lasting problem is logged: immediately for a new reason, then every 30 s. */
export class LogThrottle {
  /** The reason that was logged longest ago comes first. */
  private readonly logged = new Map<string, number>();

  isDue(reason: string, now: number = Date.now()): boolean {
    const last = this.logged.get(reason);
    if (last !== undefined && now - last < againAfterMs) return false;
    this.logged.delete(reason);
    this.logged.set(reason, now);
    for (const oldest of this.logged.keys()) {
      if (this.logged.size <= maxReasons) break;
      this.logged.delete(oldest);
    }
    return true;
  }

  /** The number of reasons that are kept. */
  get size(): number {
    return this.logged.size;
  }

  /** Whether anything was logged, so that the recovery is worth a line too. */
  get hasLogged(): boolean {
    return this.logged.size > 0;
  }
}

/**
 * The message of the root cause of an error. Connection errors of Node often have an empty message and the reason in
 * `code` or in bundled errors. Our own errors hide the driver's message from callers and keep it as the cause.
 */
export function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (isNativeError(error.cause)) return reasonOf(error.cause);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
