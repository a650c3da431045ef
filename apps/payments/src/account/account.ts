/** Where every seeded wallet got its money from; holds the negative of it. */
export const OPENING = 'equity:opening';

/** What customers paid the shop. */
export const REVENUE = 'shop:revenue';

/** Money that is at the bank: what it took from customers for the shop is on the other side of this. */
export const CLEARING = 'bank:clearing';

export const walletOf = (customer: string): string => `wallet:${customer}`;

/** The one currency wallets are held in so far. */
export const CURRENCY = 'USD';

/** The other side of what the shop takes and gives back. */
export const purseOf = ({ method, customer }: { method: 'wallet' | 'bank'; customer: string }): string =>
  method === 'bank' ? CLEARING : walletOf(customer);
