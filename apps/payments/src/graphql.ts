import { CustomerGraphql } from './customer/customer.graphql';
import { OrderGraphql, OrderType } from './payment/order.graphql';
import { PaymentGraphql } from './payment/payment.graphql';
import { RefundGraphql } from './refund/refund.graphql';
import { RefundRequestGraphql } from './refund-request/refund-request.graphql';

/** The subgraph of this service; read by its module and by `./halftone generate supergraph`. */
export const resolvers = [CustomerGraphql, OrderGraphql, PaymentGraphql, RefundGraphql, RefundRequestGraphql];
export const orphanedTypes = [OrderType];
