import type { ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLError } from 'graphql';

type Plugin = NonNullable<ApolloDriverConfig['plugins']>[number];

/** The gateway itself sends this variable to subgraphs, and fails for a query that also has it. */
const reserved = 'representations';

export const reservedVariables: Plugin = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation }) {
        const isUsed = operation?.variableDefinitions?.some(({ variable }) => variable.name.value === reserved);
        if (!isUsed) return;
        const extensions = { code: 'BAD_USER_INPUT', http: { status: 400 } };
        throw new GraphQLError(`The name $${reserved} is reserved: choose another variable name.`, { extensions });
      },
    };
  },
};
