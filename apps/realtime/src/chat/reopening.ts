import type { ErrorCode } from '@halftone/kernel';

/** Outcomes that another try would not change. Everything else means that the service is away or in trouble: it is asked again. */
const finalCodes: ReadonlySet<ErrorCode> = new Set([
  'VALIDATION_FAILED',
  'UNAUTHENTICATED',
  'TOKEN_EXPIRED',
  'FORBIDDEN',
  'ROOM_NOT_FOUND',
]);

export const isFinal = (code: ErrorCode): boolean => finalCodes.has(code);

const firstMs = 50;
const longestMs = 2_000;

/** Exponential with full jitter: the rooms of a replica that lost its service do not come back all at once. */
export const pauseMs = (failures: number, random: number = Math.random()): number =>
  random * Math.min(firstMs * 2 ** Math.min(failures, 10), longestMs);
