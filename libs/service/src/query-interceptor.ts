import { DomainError } from '@halftone/kernel';
import { type CallHandler, type ExecutionContext, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import type { Observable } from 'rxjs';
import { unknownParameter } from './validation';

/** NestJS's number for @Query() in the metadata of a handler's parameters. */
const queryParameter = '4';

const PASSED_ON = Symbol('query parameters that a handler forwards');

/** The handler forwards these parameters, and their values are checked elsewhere; all others are rejected. */
export const PassesQuery = (names: readonly string[]) => SetMetadata(PASSED_ON, names);

/**
 * Rejects query parameters that the handler does not declare, one by one or by a schema of the whole query. Otherwise
 * a misspelt filter would return everything. It runs after the guards, so strangers learn nothing, and before the
 * pipes, so the answer does not depend on other errors. A schema that is not a plain object checks its parameters
 * itself.
 */
export class QueryInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() === 'http') {
      const known = declaredQuery(context);
      const { query = {} } = context.switchToHttp().getRequest<{ query?: object }>();
      const unknown = known ? Object.keys(query).filter((name) => !known.includes(name)) : [];
      if (unknown.length > 0) throw unknownParameters(unknown);
    }
    return next.handle();
  }
}

interface Declared {
  /** The name of one parameter; undefined for the whole query. */
  data?: string | undefined;
  schema?: { shape?: object };
}

/** Undefined when only the handler's schema knows the parameters. */
function declaredQuery(context: ExecutionContext): readonly string[] | undefined {
  const passedOn: readonly string[] | undefined = Reflect.getMetadata(PASSED_ON, context.getHandler());
  if (passedOn) return passedOn;
  const parameters: Record<string, Declared> =
    Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) ?? {};
  const names = Object.entries(parameters).flatMap(([key, declared]) =>
    key.split(':', 1)[0] === queryParameter ? namesOf(declared) : [],
  );
  return names.every((name) => name !== undefined) ? names : undefined;
}

function namesOf({ data, schema }: Declared): (string | undefined)[] {
  if (data !== undefined) return [data];
  return schema?.shape ? Object.keys(schema.shape) : [undefined];
}

const unknownParameters = (names: readonly string[]) =>
  new DomainError(
    'VALIDATION_FAILED',
    'The request does not match its schema',
    names.map((path) => ({ path, message: unknownParameter })),
  );
