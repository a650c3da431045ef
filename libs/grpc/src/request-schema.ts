import { validationError } from '@halftone/service';
import { z } from 'zod';
import type { RequestOf, ServiceShape } from './service-shape';

/**
 * The request schema of each method; of a client stream, of each message. A request that does not match is
 * VALIDATION_FAILED with the path of each bad field, before the handler runs. A schema only checks: the handler gets
 * the request as sent. A method without a schema, or a field without a rule, does not compile.
 */
export type RequestSchemas<D extends ServiceShape> = { readonly [K in keyof D]: z.ZodType<RequestOf<D[K]>> };

/** Throws VALIDATION_FAILED. */
export function assertRequest(schema: z.ZodType, request: unknown): void {
  const { error } = schema.safeParse(request);
  if (error) throw validationError(error.issues);
}

/** Accepts every request. For fakes in tests and for measurements; a service has schemas. */
export const unchecked = <D extends ServiceShape>(definition: D): RequestSchemas<D> =>
  Object.fromEntries(Object.keys(definition).map((name) => [name, z.any()])) as unknown as RequestSchemas<D>;
