import { DomainError, type ErrorDetail } from '@halftone/kernel';
import { type ArgumentMetadata, type PipeTransform, StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';

/** An id in a body, a query or a message: any case is accepted and becomes lower case (see parseId). */
export const idSchema = z.uuid().toLowerCase();

/** An issue of a Standard Schema (https://standardschema.dev); zod adds the keys that a strict object rejected. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly keys?: readonly string[];
}

const segment = (part: PropertyKey | { readonly key: PropertyKey }) =>
  String(typeof part === 'object' ? part.key : part);

/** One detail per field, and one per unknown key with the message `unknown`. */
function detailsOf({ message, path = [], keys }: Issue, unknown: string): ErrorDetail[] {
  const at = path.map(segment);
  if (!keys) return [{ path: at.join('.'), message }];
  return keys.map((key) => ({ path: [...at, key].join('.'), message: unknown }));
}

const refusalOf = (issues: readonly Issue[], unknown: string) =>
  new DomainError(
    'VALIDATION_FAILED',
    'The request does not match its schema',
    issues.flatMap((issue) => detailsOf(issue, unknown)),
  );

export const validationError = (issues: readonly Issue[]): DomainError => refusalOf(issues, 'unknown field');

/** For a query. An unknown parameter gets the same message as from QueryInterceptor. */
export const queryError = (issues: readonly Issue[]): DomainError => refusalOf(issues, unknownParameter);

export const unknownParameter = 'unknown parameter';

/**
 * Validates every parameter that is declared with a schema: `@Body({ schema })`, `@Query({ schema })`, `@Param({
 * schema })`.
 */
export const validationPipe = (): PipeTransform => new ValidationPipe();

class ValidationPipe implements PipeTransform {
  private readonly queryPipe = new StandardSchemaValidationPipe({ exceptionFactory: queryError });
  private readonly otherPipe = new StandardSchemaValidationPipe({ exceptionFactory: validationError });

  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // A schema gives a poor message for a missing body.
    if (metadata.type === 'body' && metadata.schema && (value === undefined || value === null))
      throw new DomainError('MALFORMED_JSON', 'The request must have a JSON body');
    const pipe = metadata.type === 'query' ? this.queryPipe : this.otherPipe;
    return pipe.transform(value, metadata);
  }
}
