import { CustomerGraphql } from './customer/customer.graphql';
import { OrderGraphql, OrderType } from './payment/order.graphql';
import { PaymentGraphql } from './payment/payment.graphql';

/** What this service adds to the graph; read by its module and by `npm run compose`. */
export const resolvers = [CustomerGraphql, OrderGraphql, PaymentGraphql];
export const orphanedTypes = [OrderType];
