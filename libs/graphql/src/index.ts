/** The graph: how a service takes part in the federated GraphQL schema. */
export { batched } from './batched';
export { formatError } from './format-error';
export { operationMetrics } from './operation-metrics';
export { subgraphModule, type SubgraphOptions } from './subgraph.module';
