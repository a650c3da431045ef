/** The graph: how a service takes part in the federated GraphQL schema. */
export { batched } from './batched';
export { formatError } from './format-error';
export { subgraphModule, type SubgraphOptions } from './subgraph.module';
