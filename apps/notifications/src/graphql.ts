import { DeadLetterGraphql } from './dead-letter/dead-letter.graphql';
import { CustomerGraphql, CustomerType } from './notification/notification.graphql';

/** Resolvers of this subgraph; the module and `./halftone generate supergraph` read them. */
export const resolvers = [CustomerGraphql, DeadLetterGraphql];

/** Types that no query of this service returns. */
export const orphanedTypes = [CustomerType];
