/** Where every seeded wallet got its money from; holds the negative of it. */
export const OPENING = 'equity:opening';

/** What customers paid the shop. */
export const REVENUE = 'shop:revenue';

export const walletOf = (customer: string): string => `wallet:${customer}`;

/** The one currency wallets are held in so far. */
export const CURRENCY = 'USD';
