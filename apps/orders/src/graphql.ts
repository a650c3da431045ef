import { CustomerGraphql, CustomerType } from './order/customer.graphql';
import { OrderGraphql } from './order/order.graphql';

/** Resolvers of this subgraph; the module and `./halftone generate supergraph` read them. */
export const resolvers = [OrderGraphql, CustomerGraphql];

/** Types that no query of this service returns. */
export const orphanedTypes = [CustomerType];
