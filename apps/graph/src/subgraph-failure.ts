import { type FragmentDefinitionNode, getOperationAST, Kind, parse, type SelectionSetNode } from 'graphql';

/** Why a subgraph gave no answer; the message is for the caller. */
export interface SubgraphFailure {
  code: string;
  message: string;
}

/** Query plans start with the operation. */
export const isMutation = (query: string): boolean => query.startsWith('mutation');

/** Errors while connecting: no byte of the request was sent. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
/** The request may have been executed. */
const connectionLost = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

const codeOf = (cause: unknown) => (cause instanceof Error && 'code' in cause ? String(cause.code) : '');

/** A query can be repeated safely. A mutation can't, because mutations of the graph have no idempotency key. */
export const mayRetry = (cause: unknown, mutation: boolean): boolean =>
  neverSent.has(codeOf(cause)) || (!mutation && connectionLost.has(codeOf(cause)));

const isTimeout = (cause: unknown) => cause instanceof DOMException && cause.name === 'TimeoutError';

export function failureOf(name: string, cause: unknown, mutation: boolean): SubgraphFailure {
  const code = isTimeout(cause) ? 'DEADLINE_EXCEEDED' : 'UNAVAILABLE';
  if (mutation && !neverSent.has(codeOf(cause)))
    return { code, message: `${name} failed during the request; the mutation may or may not have been executed` };
  return { code, message: isTimeout(cause) ? `${name} did not answer in time` : `${name} can't be reached` };
}

interface FailedAnswer {
  errors: { message: string; path: (string | number)[]; extensions: { code: string } }[];
}

/**
 * Builds the answer of a failed call: one error per requested field, with the paths the subgraph would use. The gateway
 * maps them to paths of the whole answer.
 */
export function failedAnswer(
  query: string,
  variables: Readonly<Record<string, unknown>> | undefined,
  { code, message }: SubgraphFailure,
): FailedAnswer {
  const paths = pathsOf(query, entitiesIn(variables));
  return { errors: paths.map((path) => ({ message, path, extensions: { code } })) };
}

const entitiesIn = (variables: Readonly<Record<string, unknown>> | undefined) =>
  Array.isArray(variables?.['representations']) ? variables['representations'].length : 0;

function pathsOf(query: string, entities: number): (string | number)[][] {
  const document = parse(query, { noLocation: true });
  const operation = getOperationAST(document);
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  if (!operation) return [];
  return responseKeys(operation.selectionSet, fragments).flatMap(([key, selections]) => {
    if (key !== '_entities' || !selections) return [[key]];
    const keys = responseKeys(selections, fragments).map(([name]) => name);
    return Array.from({ length: entities }, (_, at) => keys.map((name) => [key, at, name])).flat();
  });
}

type ResponseKey = [key: string, selections: SelectionSetNode | undefined];

function responseKeys(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): ResponseKey[] {
  return selections.flatMap((selection): ResponseKey[] => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return responseKeys(selection.selectionSet, fragments);
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = fragments.get(selection.name.value);
      return fragment ? responseKeys(fragment.selectionSet, fragments) : [];
    }
    if (selection.name.value === '__typename') return [];
    return [[(selection.alias ?? selection.name).value, selection.selectionSet]];
  });
}
