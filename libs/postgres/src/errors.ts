import { DomainError } from '@halftone/kernel';
import { DatabaseError } from 'pg';

/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
const QUERY_CANCELED = '57014';
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const UNIQUE_VIOLATION = '23505';
const CHARACTER_NOT_IN_REPERTOIRE = '22021';

/**
 * Classes and codes that say "the server is away, full, or does not let us in": connection exceptions, shutdown, crash, starting up, no slots
 * left; a role, password or database that is not there (yet); a standby that was not promoted; and a transaction that it ended because we
 * stood still in it.
 */
const away = /^(08...|57P0[1-5]|53300|28...|3D000|25006|25P0[34])$/;

/**
 * Gives what the driver throws the words of the kernel, keeping it as the cause: no answer in time is DEADLINE_EXCEEDED, no
 * server is UNAVAILABLE, text with a NUL in it, which JSON can carry and no column can, is VALIDATION_FAILED. Everything else the server
 * says about the statement itself stays a DatabaseError.
 */
export function translated(error: unknown): unknown {
  if (error instanceof DomainError || error instanceof TypeError || error instanceof RangeError) return error;
  if (!(error instanceof DatabaseError)) return unavailable(error);
  if (error.code === QUERY_CANCELED) {
    return new DomainError('DEADLINE_EXCEEDED', 'the database did not answer in time', [], { cause: error });
  }
  if (error.code === CHARACTER_NOT_IN_REPERTOIRE) {
    return new DomainError('VALIDATION_FAILED', 'text may not contain the character NUL', [], { cause: error });
  }
  return away.test(error.code ?? '') ? unavailable(error) : error;
}

const unavailable = (cause: unknown) => new DomainError('UNAVAILABLE', 'the database is away', [], { cause });

/** Two transactions met; the loser may simply run again. */
export const lostRace = (error: unknown): boolean =>
  error instanceof DatabaseError && (error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK_DETECTED);

/** For stores that turn "this exists already" into a decision; without a name any unique constraint counts. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean =>
  error instanceof DatabaseError &&
  error.code === UNIQUE_VIOLATION &&
  (constraint === undefined || error.constraint === constraint);
