import { unwrapResolverError } from '@apollo/server/errors';
import { type DomainError, isDomainError, isErrorCode } from '@halftone/kernel';
import { domainErrorOf } from '@halftone/service';
import { type ASTNode, GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';

/** Codes of GraphQL itself for client errors. No other library's codes leave the process. */
const clientErrors: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/**
 * The only place where an error becomes a GraphQL error, in the subgraphs and in the router. `extensions.code` is an
 * error code of the kernel, with `errors` for bad input. Errors of GraphQL itself (syntax, validation, variables)
 * keep Apollo's code. The router passes errors that a subgraph has formatted. No stack trace is returned.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const refusal = refusalOf(error);
  if (!refusal) return answer(formatted, messageOf(formatted, error), existingExtensions(formatted, error));
  const { code, message, details } = refusal;
  return answer(formatted, message, { code, ...(details.length > 0 && { errors: details }) });
}

/** GraphQL's parser and rules call themselves for each level; where the stack ends, Apollo makes its error the client's. */
const messageOf = ({ message }: GraphQLFormattedError, error: unknown): string =>
  isStackOverflow(error) ? 'The document is nested too deeply' : message;

const isStackOverflow = (error: unknown): boolean =>
  error instanceof RangeError || (error instanceof GraphQLError && isStackOverflow(error.originalError));

/** The error that this process must format and log; undefined if GraphQL itself or a subgraph did. */
export function refusalOf(error: unknown): DomainError | undefined {
  const original = unwrapResolverError(error);
  const cause = original instanceof GraphQLError ? original.originalError : original;
  if (isDomainError(cause)) return cause;
  const code = error instanceof GraphQLError ? error.extensions['code'] : undefined;
  const isFormatted = clientErrors.has(code) || isRejected(error) || isAboutValue(error) || isAboutValue(original);
  return isFormatted || isCodeOfTable(code) ? undefined : domainErrorOf(original);
}

const isCodeOfTable = (code: unknown): code is string => typeof code === 'string' && isErrorCode(code);

function existingExtensions(formatted: GraphQLFormattedError, error: unknown): Record<string, unknown> {
  const code = formatted.extensions?.['code'];
  if (clientErrors.has(code)) return { code };
  if (isRejected(error)) return { code: 'BAD_REQUEST' };
  return isCodeOfTable(code) ? formattedExtensions(formatted, code) : { code: 'BAD_USER_INPUT' };
}

function answer(
  { locations, path }: GraphQLFormattedError,
  message: string,
  extensions: Record<string, unknown>,
): GraphQLFormattedError {
  return { message, ...(locations && { locations }), ...(path && { path }), extensions };
}

/** An error that a subgraph's formatError has formatted. */
function formattedExtensions({ extensions }: GraphQLFormattedError, code: string): Record<string, unknown> {
  const { errors, serviceName } = extensions ?? {};
  return { code, ...(errors !== undefined && { errors }), ...(serviceName !== undefined && { serviceName }) };
}

/** Apollo gives some of its errors a status and no code. */
function isRejected(error: unknown): boolean {
  const http =
    error instanceof GraphQLError ? (error.extensions['http'] as { status?: number } | undefined) : undefined;
  return http?.status === 400;
}

const valueKinds: ReadonlySet<string> = new Set([
  Kind.VARIABLE,
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
]);

const isValue = ({ kind }: ASTNode) => valueKinds.has(kind);

/** GraphQL refers to the value, not the field, when an argument cannot accept a variable's value. */
const isAboutValue = (error: unknown): boolean =>
  error instanceof GraphQLError && (error.nodes?.some(isValue) ?? false);
