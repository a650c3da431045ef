import { CustomerGraphql, CustomerType } from './notification/notification.graphql';

/** What this service adds to the graph; read by its module and by `npm run compose`. */
export const resolvers = [CustomerGraphql];

/** Types that no query of this service returns. */
export const orphanedTypes = [CustomerType];
