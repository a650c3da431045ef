import { ApolloFederationDriver, type ApolloFederationDriverConfig } from '@nestjs/apollo';
import type { DynamicModule, Type } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { apolloOptions } from './apollo-options';

interface SubgraphOptions {
  /** Object types that no field of this service returns, such as an entity that it only extends. */
  orphanedTypes?: Type[];
}

/**
 * The subgraph of a service at `/graphql` (Apollo Federation 2), made of the resolvers of its modules.
 *
 * Introspection is on, because only the router reaches it. Resolvers run inside the call context of the HTTP request:
 * requirePrincipal() works as in a controller.
 */
export const subgraphModule = ({ orphanedTypes = [] }: SubgraphOptions = {}): DynamicModule =>
  GraphQLModule.forRoot<ApolloFederationDriverConfig>({
    ...apolloOptions('router'),
    driver: ApolloFederationDriver,
    autoSchemaFile: { federation: 2 },
    sortSchema: true,
    buildSchemaOptions: { orphanedTypes },
  });
