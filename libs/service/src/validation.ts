import { DomainError, type ErrorDetail } from '@halftone/kernel';
import { StandardSchemaValidationPipe } from '@nestjs/common';

/** What a Standard Schema (https://standardschema.dev) says about an input; zod adds the keys a strict object refused. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly keys?: readonly string[];
}

const segment = (part: PropertyKey | { readonly key: PropertyKey }) =>
  String(typeof part === 'object' ? part.key : part);

/** One finding per field, an unknown field being a finding of its own. */
function detailsOf({ message, path = [], keys }: Issue): ErrorDetail[] {
  const at = path.map(segment);
  if (!keys) return [{ path: at.join('.'), message }];
  return keys.map((key) => ({ path: [...at, key].join('.'), message: 'unknown field' }));
}

export const validationError = (issues: readonly Issue[]): DomainError =>
  new DomainError('VALIDATION_FAILED', 'The request does not fit its schema', issues.flatMap(detailsOf));

/** Checks every parameter declared with a schema: `@Body({ schema })`, `@Query({ schema })`, `@Param({ schema })`. */
export const validationPipe = () => new StandardSchemaValidationPipe({ exceptionFactory: validationError });
