import { defineService } from '@halftone/service';
import { settings } from './config';
import { OrdersModule } from './orders.module';

/** The order lifecycle and the saga that carries an order from placed to shipped. */
export const orders = defineService({ name: 'orders', settings, module: (config) => OrdersModule.forRoot(config) });
