import type { Generated } from 'kysely';
import type { BookingState, Kind } from './transaction/transaction';

/** The rows of schema `bank`, as Kysely sees them. migrations.ts explains the columns. */
export interface BankTables {
  account: {
    id: string;
    holder: string;
    currency: string;
    opening: number;
    /** Minor units; null for the shop's account, whose balance is the sum of `given`. */
    balance: number | null;
    /** Minor units paid to the shop and not returned. */
    given: Generated<number>;
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
