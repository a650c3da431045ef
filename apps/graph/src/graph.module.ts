import { ApolloGatewayDriver, type ApolloGatewayDriverConfig } from '@nestjs/apollo';
import { type DynamicModule, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { operationMetrics } from '@halftone/graphql';
import { Lifecycle } from '@halftone/service';
import { type GraphConfig, refuseTelemetry, subgraphUrls } from './config';
import { type GraphContext, SubgraphSource } from './subgraph.source';
import { supergraphSdl } from './supergraph';

interface Incoming {
  headers: Record<string, string | string[] | undefined>;
}

const contextOf = ({ headers: { authorization } }: Incoming): GraphContext =>
  typeof authorization === 'string' ? { authorization } : {};

/** The supergraph was composed when the project was built, so the router starts without asking anybody. */
@Module({})
export class GraphModule {
  static forRoot(config: GraphConfig): DynamicModule {
    refuseTelemetry();
    return {
      module: GraphModule,
      imports: [
        GraphQLModule.forRootAsync<ApolloGatewayDriverConfig>({
          driver: ApolloGatewayDriver,
          inject: [Lifecycle],
          useFactory: (lifecycle: Lifecycle) => routerOptions(sourceFactory(config, lifecycle)),
        }),
      ],
    };
  }
}

type BuildService = (subgraph: { name: string }) => SubgraphSource;

const routerOptions = (buildService: BuildService): Omit<ApolloGatewayDriverConfig, 'driver'> => ({
  server: {
    path: '/graphql',
    graphiql: false,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    context: contextOf,
    plugins: [operationMetrics],
  },
  gateway: { supergraphSdl, buildService },
});

function sourceFactory(config: GraphConfig, lifecycle: Lifecycle): BuildService {
  const urls = subgraphUrls(config);
  return ({ name }) => {
    const url = urls[name];
    if (!url) throw new Error(`the supergraph names a subgraph without an address: ${name}`);
    const source = new SubgraphSource(name, url, config.SUBGRAPH_TIMEOUT_MS);
    lifecycle.onStop('close', `subgraph ${name}`, () => source.close());
    return source;
  };
}
