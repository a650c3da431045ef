import type { ApolloDriverConfig } from '@nestjs/apollo';
import { histogram, stopwatch } from '@halftone/service';

const duration = histogram('graphql_operation_duration_seconds', 'Time from the request to its response', [
  'operation_type',
  'outcome',
]);

type Plugin = NonNullable<ApolloDriverConfig['plugins']>[number];

/**
 * For the router and each subgraph. A document that cannot be parsed has type `unknown`; a response with any error
 * has outcome `error`.
 */
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
