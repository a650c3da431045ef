import { ApolloGatewayDriver, type ApolloGatewayDriverConfig } from '@nestjs/apollo';
import { type DynamicModule, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { apolloOptions } from '@halftone/graphql';
import { part, startAndStop } from '@halftone/service';
import { disableTelemetry, type GraphConfig, subgraphUrls } from './config';
import { reservedVariables } from './reserved-variables';
import { type GraphContext, subgraphFailureLog } from './subgraph-failure-log';
import { SubgraphClients } from './subgraph-clients.service';
import { supergraphSdl } from './supergraph';

interface Incoming {
  headers: Record<string, string | string[] | undefined>;
}

const contextOf = ({ headers: { authorization } }: Incoming): GraphContext => ({
  failures: [],
  ...(typeof authorization === 'string' && { authorization }),
});

const list = startAndStop({ close: [part('subgraphs', SubgraphClients, (it) => it.close())] });

/** The supergraph is composed at build time, so the router starts without any other service. */
@Module({})
export class GraphModule {
  static forRoot(config: GraphConfig): DynamicModule {
    disableTelemetry();
    const clients = new SubgraphClients(subgraphUrls(config), config.SUBGRAPH_TIMEOUT_MS);
    return {
      module: GraphModule,
      imports: [
        GraphQLModule.forRootAsync<ApolloGatewayDriverConfig>({
          driver: ApolloGatewayDriver,
          useFactory: () => routerOptions(clients),
        }),
      ],
      providers: [{ provide: SubgraphClients, useValue: clients }, list],
    };
  }
}

const options = apolloOptions('client');

const routerOptions = (clients: SubgraphClients): Omit<ApolloGatewayDriverConfig, 'driver'> => ({
  server: {
    ...options,
    context: contextOf,
    plugins: [...options.plugins, reservedVariables, subgraphFailureLog],
  },
  gateway: { supergraphSdl, buildService: ({ name }) => clients.open(name) },
});
