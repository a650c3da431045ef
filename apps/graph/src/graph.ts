import { limits } from '@halftone/contracts';
import { allowOrigins, defineService, limitCallers } from '@halftone/service';
import { settings } from './config';
import { GraphModule } from './graph.module';

/** The public GraphQL router: one endpoint over the subgraphs of orders, payments, images and notifications. */
export const graph = defineService({
  name: 'graph',
  settings,
  http: {
    bodyLimit: limits.graphqlBody.value,
    accepts: { '/graphql': ['application/json'] },
    bodies: { '/graphql': 'anyone', '*': 'signed-in' },
  },
  module: (config) => GraphModule.forRoot(config),
  start: (app, config) => {
    allowOrigins(app, config.ALLOWED_ORIGINS);
    limitCallers(app, config);
  },
});
