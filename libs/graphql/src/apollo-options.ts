import type { ApolloDriverConfig } from '@nestjs/apollo';
import { limits } from '@halftone/contracts';
import { logger } from '@halftone/service';
import { executableOnly } from './executable-only';
import { formatError } from './format-error';
import { operationLog } from './operation-log';
import { operationMetrics } from './operation-metrics';
import { clientLimits, queryLimits, routerLimits, withinLimits } from './query-limits';

const log = logger('apollo');

/** Apollo's start messages only matter for debugging. */
const apolloLog = {
  debug: (message?: unknown) => log.debug(String(message)),
  info: (message?: unknown) => log.debug(String(message)),
  warn: (message?: unknown) => log.warn(String(message)),
  error: (message?: unknown) => log.error(String(message)),
};

/** Who sends the queries: a client, or the router with its query plan. */
type Sender = 'client' | 'router';

const limitsFor = { client: clientLimits, router: routerLimits };
/** The token limit stops the parser before a deep document exhausts its stack. */
const tokensFor = { client: limits.graphqlTokens.value, router: 2 * limits.graphqlTokens.value };

/**
 * The common options of every GraphQL endpoint, the router and the subgraphs. Cross-site request forgery prevention
 * stays on. A request that cannot be executed, or asks for too much, gets 400.
 */
export const apolloOptions = (sender: Sender) =>
  ({
    path: '/graphql',
    graphiql: false,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    status400ForVariableCoercionErrors: true,
    autoTransformHttpErrors: false,
    parseOptions: { maxTokens: tokensFor[sender] },
    validationRules: [withinLimits],
    formatError,
    plugins: [queryLimits(limitsFor[sender]), executableOnly, operationMetrics, operationLog],
    logger: apolloLog,
  }) satisfies Partial<ApolloDriverConfig>;
