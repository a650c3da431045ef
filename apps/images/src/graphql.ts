import { CustomerGraphql, CustomerType } from './image/customer.graphql';
import { ImageGraphql } from './image/image.graphql';

/** Resolvers of this subgraph; the module and `./halftone generate supergraph` read them. */
export const resolvers = [ImageGraphql, CustomerGraphql];

/** Types that no query of this service returns. */
export const orphanedTypes = [CustomerType];
