import { types } from 'node:util';

const { isNativeError } = types;
const againAfterMs = 30_000;

/** When a trouble that lasts is told: as soon as its reason is a new one, and then every 30 s. */
export class Complaint {
  private readonly told = new Map<string, number>();

  isDue(reason: string, now: number = Date.now()): boolean {
    const last = this.told.get(reason);
    if (last !== undefined && now - last < againAfterMs) return false;
    this.told.set(reason, now);
    return true;
  }

  /** Whether anything was told at all, so that its end is worth a line too. */
  get wasMade(): boolean {
    return this.told.size > 0;
  }
}

/**
 * The root of an error in words. Connection errors of Node often have an empty message and the reason in `code` or in the errors they
 * bundle; ours hide a driver's words from callers and keep them as the cause.
 */
export function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (isNativeError(error.cause)) return reasonOf(error.cause);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
