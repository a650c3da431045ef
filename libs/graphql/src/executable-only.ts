import type { ApolloDriverConfig } from '@nestjs/apollo';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  isNonNullType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

type Plugin = NonNullable<ApolloDriverConfig['plugins']>[number];

const refusal = (code: string, message: string) =>
  new GraphQLError(message, { extensions: { code, http: { status: 400 } } });

/**
 * Rejects requests that pass validation but fail in execution: an ambiguous operation, an operation type that the
 * schema lacks, or null in a nullable variable where null is not allowed. The gateway's executor throws for these,
 * which would look like an internal error.
 */
export const executableOnly: Plugin = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation, request, document, schema }) {
        if (!operation) throw unresolved(request.operationName);
        if (!schema.getRootType(operation.operation))
          throw refusal('GRAPHQL_VALIDATION_FAILED', `This graph has no ${operation.operation}.`);
        if (Object.values(request.variables ?? {}).includes(null))
          rejectMisplacedNull(schema, document, request.variables ?? {});
      },
    };
  },
};

const unresolved = (name: string | undefined) =>
  refusal(
    'OPERATION_RESOLUTION_FAILURE',
    name ? `Unknown operation named "${name}".` : 'Must provide operation name if query contains multiple operations.',
  );

/**
 * A nullable variable with a default may be used where null is not allowed (GraphQL §5.8.5), so a null in the request
 * passes validation.
 */
function rejectMisplacedNull(schema: GraphQLSchema, document: DocumentNode, variables: Record<string, unknown>): void {
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Variable({ name: { value: name } }) {
        if (variables[name] === null && isNonNullType(types.getInputType()))
          throw refusal('BAD_USER_INPUT', `Variable "$${name}" must not be null where it is used.`);
      },
    }),
  );
}
