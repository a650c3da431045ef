import { unwrapResolverError } from '@apollo/server/errors';
import { domainErrorOf, logger } from '@halftone/service';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

const log = logger('graphql');

/**
 * The one place where an error becomes a GraphQL error: `extensions.code` is the code of the kernel's table, with
 * `errors` naming what is wrong in the input. Errors of GraphQL itself (syntax, validation, variables) keep the code
 * Apollo gives them. Never a stack.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  const place = {
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
  };
  if (original instanceof GraphQLError) {
    return { message: formatted.message, ...place, extensions: { code: formatted.extensions?.['code'] } };
  }
  const { code, message, details, row, cause } = domainErrorOf(original);
  const err = code === 'INTERNAL' ? (cause ?? original) : undefined;
  log[row.log]({ code, ...(err !== undefined && { err }) }, `${formatted.path?.join('.') ?? 'query'}: ${message}`);
  return { message, ...place, extensions: { code, ...(details.length > 0 && { errors: details }) } };
}
