import type { paymentsV1 } from '@halftone/contracts';
import type { Transfer } from './transfer';

export const subjectOf = (transfer: Pick<Transfer, 'id'>): string => `transfers/${transfer.id}`;

/** The transfer's protobuf form, for gRPC, Kafka and stored responses. */
export const toWire = ({ id, from, to, amount, currency, createdAt }: Transfer): paymentsV1.Transfer => ({
  id,
  from,
  to,
  amount,
  currency,
  createdAt,
});
