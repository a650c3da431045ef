import type { Generated } from 'kysely';
import type { Claim, Operation, OperationState } from './bank/operation';
import type { Role } from './customer/customer';
import type { PostingKind } from './ledger/ledger';
import type { Payment, PaymentMethod } from './payment/payment';
import type { Refund } from './refund/refund';
import type { RefundRequestStatus } from './refund-request/refund-request';

/** The rows of schema `payments` for Kysely. migrations.ts explains the columns. */
export interface PaymentsTables {
  customer: {
    id: string;
    name: string;
    role: Role;
    password_hash: string;
  };
  token_family: {
    id: string;
    customer: string;
    generation: number;
    rotated_at: Date;
    rotated_by: string | null;
    revoked_at: Date | null;
    created_at: Date;
    expires_at: Date;
  };
  account: {
    id: string;
    customer: string | null;
    currency: string;
    /** Null for the shop's own accounts, whose balance is the sum of their entries. */
    balance: number | null;
  };
  account_credit: {
    id: Generated<number>;
    account_id: string;
    amount: number;
  };
  ledger_transaction: {
    id: string;
    kind: PostingKind;
    reference: string;
    created_at: Date;
  };
  ledger_entry: {
    id: Generated<number>;
    transaction_id: string;
    account_id: string;
    amount: number;
    created_at: Date;
  };
  payment: {
    id: string;
    customer: string;
    order_id: string | null;
    method: PaymentMethod;
    status: Payment['status'];
    amount: number;
    currency: string;
    description: string;
    reason: string | null;
    refunded: number;
    transaction_id: string | null;
    created_at: Date;
  };
  refund: {
    id: string;
    payment_id: string;
    order_id: string | null;
    customer: string;
    status: Refund['status'];
    amount: number;
    currency: string;
    reason: string;
    ordered_by: Refund['orderedBy'];
    principal: string | null;
    request_key: string | null;
    transaction_id: string | null;
    created_at: Date;
  };
  refund_request: {
    id: string;
    payment_id: string;
    order_id: string | null;
    customer: string;
    status: RefundRequestStatus;
    amount: number | null;
    currency: string;
    reason: string;
    answered_by: string | null;
    answered_at: Date | null;
    answer: string | null;
    refund_id: string | null;
    created_at: Date;
  };
  bank_operation: {
    reference: string;
    kind: Operation['kind'];
    payment_id: string;
    refund_id: string | null;
    customer: string;
    amount: number;
    currency: string;
    description: string;
    state: OperationState;
    refusal: string | null;
    bank_transaction_id: string | null;
    fence: number;
    lease_until: Date;
    attempts: number;
    next_try_at: Date;
    sent_until: Date | null;
    claim: Claim | null;
    traceparent: string | null;
    created_at: Date;
  };
  transfer: {
    id: string;
    sender: string;
    recipient: string;
    amount: number;
    currency: string;
    transaction_id: string;
    created_at: Date;
  };
}
