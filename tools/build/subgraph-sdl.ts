/**
 * Prints the schema of one built subgraph: node tools/build/subgraph-sdl.ts orders
 *
 * It comes from the driver that serves it, over the decorators of the app's resolver classes alone: no instance of them is made, so no
 * engine has to run. One process per subgraph, because the decorators of different apps share one global register.
 */
import { createRequire } from 'node:module';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { printSubgraphSchema } from '@apollo/subgraph';
import { ApolloFederationDriver, type ApolloFederationDriverConfig } from '@nestjs/apollo';
import { type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLModule, GraphQLSchemaHost } from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';

interface Subgraph {
  resolvers: Type[];
  orphanedTypes?: Type[];
}

class SchemaOnly {}

/** The prototype is all the driver looks at until a query comes, and none will. */
const standIn = (resolver: Type) => ({ provide: resolver, useValue: Object.create(resolver.prototype) as object });

const schemaOnly = ({ resolvers, orphanedTypes = [] }: Subgraph): DynamicModule => ({
  module: SchemaOnly,
  imports: [
    GraphQLModule.forRoot<ApolloFederationDriverConfig>({
      driver: ApolloFederationDriver,
      autoSchemaFile: { federation: 2 },
      sortSchema: true,
      buildSchemaOptions: { orphanedTypes },
      graphiql: false,
      // It would announce itself on stdout, in front of the schema.
      plugins: [ApolloServerPluginInlineTraceDisabled()],
    }),
  ],
  providers: resolvers.map(standIn),
});

async function sdlOf(app: string): Promise<string> {
  const subgraph = createRequire(import.meta.url)(`../../apps/${app}/dist/graphql.js`) as Subgraph;
  const nest = await NestFactory.create(schemaOnly(subgraph), new FastifyAdapter(), { logger: ['error'] });
  await nest.init();
  const sdl = printSubgraphSchema(nest.get(GraphQLSchemaHost).schema);
  await nest.close();
  return sdl;
}

process.stdout.write(`${await sdlOf(process.argv[2] ?? '')}\n`);
