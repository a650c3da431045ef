import type { ApolloDriverConfig } from '@nestjs/apollo';
import { histogram, stopwatch } from '@halftone/service';

const duration = histogram('graphql_operation_duration_seconds', 'Time from the request to its answer', [
  'operation_type',
  'outcome',
]);

type Plugin = NonNullable<ApolloDriverConfig['plugins']>[number];

/** For the router and each subgraph. What could not even be parsed is of type `unknown`; an answer with any error in it is one. */
export const operationMetrics: Plugin = {
  async requestDidStart() {
    const seconds = stopwatch();
    return {
      async willSendResponse({ operation, errors }) {
        const labels = { operation_type: operation?.operation ?? 'unknown', outcome: errors?.length ? 'error' : 'ok' };
        duration.observe(labels, seconds());
      },
    };
  },
};
