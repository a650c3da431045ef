import { defineService } from '@halftone/service';
import { settings } from './config';
import { GraphModule } from './graph.module';

/** The public GraphQL router: one endpoint over the subgraphs of orders, payments, images and notifications. */
export const graph = defineService({ name: 'graph', settings, module: (config) => GraphModule.forRoot(config) });
