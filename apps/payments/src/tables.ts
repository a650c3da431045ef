import type { Generated } from 'kysely';
import type { Role } from './customer/customer';
import type { PostingKind } from './ledger/ledger';
import type { Payment } from './payment/payment';

/** The rows of schema `payments`, as Kysely sees them. What each column means is said in migrations.ts. */
export interface PaymentsTables {
  customer: {
    id: string;
    name: string;
    role: Role;
    password_hash: string;
  };
  account: {
    id: string;
    customer: string | null;
    currency: string;
    balance: Generated<number>;
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
    status: Payment['status'];
    amount: number;
    currency: string;
    description: string;
    reason: string | null;
    transaction_id: string | null;
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
