export interface Account {
  id: string;
  currency: string;
  /** Minor units. */
  balance: number;
}

/** A customer's account, as needed for a booking. */
export interface CustomerAccount extends Account {
  /** Minor units paid to the shop and not returned. */
  given: number;
}

/** The shop's account, the other side of every movement. */
export const SHOP = 'halftone';
