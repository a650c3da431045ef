import { ApolloFederationDriver, type ApolloFederationDriverConfig } from '@nestjs/apollo';
import type { DynamicModule, Type } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { formatError } from './format-error';

export interface SubgraphOptions {
  /** Object types that no field of this service returns, such as an entity it only extends. */
  orphanedTypes?: Type[];
}

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
  });
