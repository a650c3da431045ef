import { defineService } from '@halftone/service';
import { settings } from './config';
import { OrdersModule } from './orders.module';

/** The order lifecycle and the saga that carries an order from placed to shipped. */
export const orders = defineService({
  name: 'orders',
  settings,
  http: { accepts: { '/graphql': ['application/json'] } },
  module: (config) => OrdersModule.forRoot(config),
});
