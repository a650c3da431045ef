/** GraphQL: how a service takes part in the federated schema, and what the router shares with it. */
export { apolloOptions } from './apollo-options';
export { batched } from './batched';
export { limitArgument } from './limit-argument';
export { subgraphModule } from './subgraph.module';
export { wireEnum } from './wire-enum';
