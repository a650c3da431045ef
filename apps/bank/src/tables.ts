import type { BookingState, Kind } from './transaction/transaction';

/** The rows of schema `bank`, as Kysely sees them. What each column means is said in migrations.ts. */
export interface BankTables {
  account: {
    id: string;
    holder: string;
    currency: string;
    opening: number;
    balance: number;
  };
  transaction: {
    id: string;
    reference: string;
    kind: Kind;
    account: string;
    amount: number;
    currency: string;
    description: string;
    state: BookingState;
    refusal: string | null;
    booked_at: Date;
  };
  nonce: {
    value: string;
    expires_at: Date;
  };
  behaviour: {
    singleton: boolean;
    latency_ms: number;
    error_rate: number;
    drop_reply_rate: number;
    down: boolean;
    hang: boolean;
  };
}
