import { ApolloFederationDriver, type ApolloFederationDriverConfig } from '@nestjs/apollo';
import type { DynamicModule, Type } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { logger } from '@halftone/service';
import { formatError } from './format-error';
import { operationMetrics } from './operation-metrics';

export interface SubgraphOptions {
  /** Object types that no field of this service returns, such as an entity it only extends. */
  orphanedTypes?: Type[];
}

const log = logger('apollo');

/** What Apollo tells at start is of interest only when debugging. */
const apolloLog = {
  debug: (message?: unknown) => log.debug(String(message)),
  info: (message?: unknown) => log.debug(String(message)),
  warn: (message?: unknown) => log.warn(String(message)),
  error: (message?: unknown) => log.error(String(message)),
};

/**
 * The subgraph of a service at `/graphql` (Apollo Federation 2), made of the resolvers its modules provide.
 *
 * Introspection is on, because only the router reaches it. Cross-site request forgery prevention stays on. Resolvers
 * run inside the call context of the HTTP request: requirePrincipal() works as in a controller.
 */
export const subgraphModule = ({ orphanedTypes = [] }: SubgraphOptions = {}): DynamicModule =>
  GraphQLModule.forRoot<ApolloFederationDriverConfig>({
    driver: ApolloFederationDriver,
    path: '/graphql',
    autoSchemaFile: { federation: 2 },
    sortSchema: true,
    buildSchemaOptions: { orphanedTypes },
    graphiql: false,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    autoTransformHttpErrors: false,
    formatError,
    plugins: [operationMetrics],
    logger: apolloLog,
  });
