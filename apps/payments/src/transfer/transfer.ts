import { DomainError } from '@halftone/kernel';

export interface TransferCommand {
  id: string;
  from: string;
  to: string;
  /** Minor units. */
  amount: number;
  currency: string;
}

/** A completed transfer; a refused one is not stored. */
export type Transfer = TransferCommand & { createdAt: Date };

/** The facts of a wallet that the decision uses. */
interface Wallet {
  currency: string;
  /** Minor units. */
  balance: number;
}

/** Both wallets; undefined for a missing one. The sender's is locked; of the recipient's only the currency matters. */
export interface Wallets {
  sender: Wallet | undefined;
  recipient: Wallet | undefined;
}

/** Decides a transfer. Pure; the sender's wallet must not change until the outcome is stored. */
export function decide(command: TransferCommand, { sender, recipient }: Wallets, now: Date): Transfer {
  const { from, to, amount, currency } = command;
  if (from === to) throw new DomainError('TRANSFER_TO_SELF', 'sender and recipient are the same');
  if (!sender) throw new DomainError('ACCOUNT_NOT_FOUND', `no account of ${from}`);
  if (!recipient)
    throw new DomainError('RECIPIENT_UNKNOWN', 'no such recipient', [{ path: 'to', message: 'is not a customer' }]);
  if (sender.currency !== currency || recipient.currency !== currency) {
    throw new DomainError('CURRENCY_UNSUPPORTED', `both wallets must be in ${currency}`, [
      { path: 'currency', message: 'must be the currency of both wallets' },
    ]);
  }
  if (sender.balance < amount)
    throw new DomainError('INSUFFICIENT_FUNDS', `the balance of ${from}'s wallet is too low`);
  return { ...command, createdAt: now };
}
