import type { ApolloDriverConfig } from '@nestjs/apollo';
import { limits } from '@halftone/contracts';
import { DomainError, type ErrorDetail } from '@halftone/kernel';
import { counter } from '@halftone/service';
import { type DocumentNode, GraphQLError, parse, type ValidationRule } from 'graphql';
import { type QuerySize, sizeOf } from './query-size';

type Plugin = NonNullable<ApolloDriverConfig['plugins']>[number];

type QueryLimits = Readonly<QuerySize & { definitions: number }>;

/** The limits of a client's request. */
export const clientLimits: QueryLimits = {
  definitions: limits.graphqlDefinitions.value,
  fields: limits.graphqlFields.value,
  rootFields: limits.graphqlRootFields.value,
  aliases: limits.graphqlAliases.value,
  depth: limits.graphqlDepth.value,
  directives: limits.graphqlDirectives.value,
};

/** The limits of the router's request to a subgraph: a query plan adds keys and type names. */
export const routerLimits: QueryLimits = {
  definitions: 2 * clientLimits.definitions,
  fields: 2 * clientLimits.fields,
  rootFields: 2 * clientLimits.rootFields,
  aliases: 2 * clientLimits.aliases,
  depth: 2 * clientLimits.depth,
  directives: 2 * clientLimits.directives,
};

const refused = counter('graphql_queries_refused_total', 'Queries rejected because they exceed a limit', {
  limit: Object.keys(clientLimits),
});

/** Each limit that the document exceeds. */
function excessOf(document: DocumentNode, max: QueryLimits): ErrorDetail[] {
  const size: QueryLimits = { definitions: document.definitions.length, ...sizeOf(document) };
  return (Object.keys(max) as (keyof QueryLimits)[])
    .filter((limit) => size[limit] > max[limit])
    .map((limit) => ({ path: limit, message: `at most ${max[limit]} in one query` }));
}

const refusals = new WeakMap<DocumentNode, DomainError>();

/**
 * Measures each document before validation, because validation takes quadratic time. Apollo answers 400 only for
 * validation errors, so a document that is too large is replaced by an empty one that `withinLimits` rejects. A
 * rejected document is not cached as validated.
 */
export const queryLimits = (max: QueryLimits): Plugin => ({
  async requestDidStart() {
    return {
      async validationDidStart(request) {
        const excess = excessOf(request.document, max);
        if (excess.length === 0) return;
        for (const { path } of excess) refused.inc({ limit: path });
        const placeholder = parse('{ __typename }', { noLocation: true });
        refusals.set(
          placeholder,
          new DomainError('QUERY_TOO_LARGE', 'The query asks for too much in one request', excess),
        );
        Object.assign(request, { document: placeholder });
      },
    };
  },
});

export const withinLimits: ValidationRule = (context) => {
  const refusal = refusals.get(context.getDocument());
  if (refusal) context.reportError(new GraphQLError(refusal.message, { originalError: refusal }));
  return {};
};
