/** The source of all seeded money; its balance is the negative of that. */
export const OPENING = 'equity:opening';

/** The money that customers paid to the shop. */
export const REVENUE = 'shop:revenue';

/** Money that moved through the bank; the other side of bank payments and their refunds. */
const CLEARING = 'bank:clearing';

export const walletOf = (customer: string): string => `wallet:${customer}`;

/** The only currency of wallets. */
export const CURRENCY = 'USD';

/** The account that a payment takes its money from, and that a refund returns it to. */
export const fundingAccountOf = ({ method, customer }: { method: 'wallet' | 'bank'; customer: string }): string =>
  method === 'bank' ? CLEARING : walletOf(customer);
