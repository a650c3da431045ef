import { DomainError } from '@halftone/kernel';

export interface TransferCommand {
  id: string;
  from: string;
  to: string;
  /** Minor units. */
  amount: number;
  currency: string;
}

/** Done from the start; a transfer that cannot be done does not exist. */
export type Transfer = TransferCommand & { createdAt: Date };

/** What the decision needs to know of a wallet. */
export interface Wallet {
  currency: string;
  /** Minor units. */
  balance: number;
}

/** Both wallets as they are, undefined where there is none. */
export interface Wallets {
  sender: Wallet | undefined;
  recipient: Wallet | undefined;
}

/** Whether the money may move. Pure; the wallets must not change until the outcome is stored. */
export function decide(command: TransferCommand, { sender, recipient }: Wallets, now: Date): Transfer {
  const { from, to, amount, currency } = command;
  if (from === to) throw new DomainError('TRANSFER_TO_SELF', 'sender and recipient are the same');
  if (!sender) throw new DomainError('ACCOUNT_NOT_FOUND', `no account of ${from}`);
  if (!recipient)
    throw new DomainError('RECIPIENT_UNKNOWN', 'no such recipient', [{ path: 'to', message: 'is no customer' }]);
  if (sender.currency !== currency || recipient.currency !== currency) {
    throw new DomainError('CURRENCY_UNSUPPORTED', `both wallets must hold ${currency}`, [
      { path: 'currency', message: 'is another' },
    ]);
  }
  if (sender.balance < amount)
    throw new DomainError('INSUFFICIENT_FUNDS', `the wallet of ${from} holds less than that`);
  return { ...command, createdAt: now };
}
