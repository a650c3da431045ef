import { DeadLetterGraphql } from './dead-letter/dead-letter.graphql';
import { CustomerGraphql, CustomerType } from './notification/notification.graphql';

/** What this service adds to the graph; read by its module and by `npm run compose`. */
export const resolvers = [CustomerGraphql, DeadLetterGraphql];

/** Types that no query of this service returns. */
export const orphanedTypes = [CustomerType];
