import { CustomerGraphql, CustomerType } from './order/customer.graphql';
import { OrderGraphql } from './order/order.graphql';

/** What this service adds to the graph; read by its module and by `npm run compose`. */
export const resolvers = [OrderGraphql, CustomerGraphql];

/** Types that no query of this service returns. */
export const orphanedTypes = [CustomerType];
