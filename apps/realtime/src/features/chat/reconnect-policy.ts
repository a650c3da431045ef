import type { ErrorCode } from '@halftone/kernel';

/** Errors that a retry would not change. Any other error means an outage of the service, so the link retries. */
const finalCodes: ReadonlySet<ErrorCode> = new Set([
  'VALIDATION_FAILED',
  'UNAUTHENTICATED',
  'TOKEN_EXPIRED',
  'FORBIDDEN',
  'ROOM_NOT_FOUND',
]);

export const isFinal = (code: ErrorCode): boolean => finalCodes.has(code);

const firstMs = 50;
const maxMs = 2_000;

/** Exponential backoff with full jitter, so that the links of a replica do not all reconnect at the same time. */
export const pauseMs = (failures: number, random: number = Math.random()): number =>
  random * Math.min(firstMs * 2 ** Math.min(failures, 10), maxMs);

/** Between 4/5 and all of it, so that links that started together do not reconnect together. */
export const spread = (ms: number, random: number = Math.random()): number => ms * (1 - random / 5);
