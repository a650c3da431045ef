import type { ApolloDriverConfig } from '@nestjs/apollo';
import { logger } from '@halftone/service';
import type { SubgraphFailure } from './subgraph-failure';

type Plugin = NonNullable<ApolloDriverConfig['plugins']>[number];

interface FailedCall extends SubgraphFailure {
  subgraph: string;
  cause: unknown;
}

/** The context of one operation: the caller's token for the subgraphs, and the calls that failed. */
export interface GraphContext {
  authorization?: string;
  failures: FailedCall[];
}

const log = logger('subgraph');

/** Logs one line per operation, not per call: the first failure, the number of failures and their subgraphs. */
export const subgraphFailureLog: Plugin = {
  async requestDidStart() {
    return {
      async willSendResponse({ contextValue }) {
        const { failures } = contextValue as unknown as GraphContext;
        const [first] = failures;
        if (!first) return;
        const subgraphs = [...new Set(failures.map(({ subgraph }) => subgraph))];
        const { cause: err, code, subgraph, message } = first;
        log.warn({ err, code, failures: failures.length, subgraphs }, `${subgraph}: ${message}`);
      },
    };
  },
};
