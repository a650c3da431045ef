import { CustomerGraphql, CustomerType } from './image/customer.graphql';
import { ImageGraphql } from './image/image.graphql';

/** What this service adds to the graph; read by its module and by `npm run compose`. */
export const resolvers = [ImageGraphql, CustomerGraphql];

/** Types that no query of this service returns. */
export const orphanedTypes = [CustomerType];
