import { DomainError } from '@halftone/kernel';
import { DatabaseError } from 'pg';

/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
const QUERY_CANCELED = '57014';
const LOCK_NOT_AVAILABLE = '55P03';
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const CHARACTER_NOT_IN_REPERTOIRE = '22021';
const FEATURE_NOT_SUPPORTED = '0A000';
const INVALID_STATEMENT_NAME = '26000';

/**
 * Classes and codes that mean "the server is unreachable, full, or does not let us in". They are connection errors,
 * shutdown, crash, startup and no free slots; a missing role, password or database; a standby that was not promoted;
 * and a transaction that the server ended because it was idle.
 */
const unavailableCodes = /^(08...|57P0[1-5]|53300|28...|3D000|25006|25P0[34])$/;

/**
 * Translates an error of the driver to a code of the kernel, with the error as cause. No answer or no lock in time is
 * DEADLINE_EXCEEDED; an unreachable server is UNAVAILABLE. Text with a NUL, which JSON can hold and a column cannot,
 * is VALIDATION_FAILED. Every other error of the server about the statement stays a DatabaseError.
 */
export function translateError(error: unknown): unknown {
  if (error instanceof DomainError || error instanceof TypeError || error instanceof RangeError) return error;
  if (!(error instanceof DatabaseError)) return unavailable(error);
  if (error.code === QUERY_CANCELED) {
    return new DomainError('DEADLINE_EXCEEDED', 'the database did not answer in time', [], { cause: error });
  }
  if (error.code === LOCK_NOT_AVAILABLE) {
    return new DomainError('DEADLINE_EXCEEDED', 'another transaction held a lock for too long', [], { cause: error });
  }
  if (error.code === CHARACTER_NOT_IN_REPERTOIRE) {
    return new DomainError('VALIDATION_FAILED', 'text may not contain the character NUL', [], { cause: error });
  }
  return unavailableCodes.test(error.code ?? '') ? unavailable(error) : error;
}

const unavailable = (cause: unknown) => new DomainError('UNAVAILABLE', 'the database is unreachable', [], { cause });

/**
 * A prepared statement cannot run any more and had no effect: a migration changed its columns ("cached plan must not
 * change result type", whose code others share), or the server has forgotten it (DISCARD ALL).
 */
export const isStalePlan = (error: unknown): boolean =>
  error instanceof DatabaseError &&
  (error.code === INVALID_STATEMENT_NAME ||
    (error.code === FEATURE_NOT_SUPPORTED && error.routine === 'RevalidateCachedQuery'));

/** The transaction can run again: it conflicted with another one, or a prepared statement was out of date. */
export const isConflict = (error: unknown): boolean =>
  isStalePlan(error) ||
  (error instanceof DatabaseError && (error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK_DETECTED));
