/** What `verify` asks, in the order it reports. */
import { balanceIsSum } from './balance-is-sum.ts';
import { channelGapless } from './channel-gapless.ts';
import { feedComplete } from './feed-complete.ts';
import { imageEventsPublished } from './image-events-published.ts';
import { ledgerBalanced } from './ledger-balanced.ts';
import { moneyMovedOnce } from './money-moved-once.ts';
import { orderEventsPublished } from './order-events-published.ts';
import { orderFinal } from './order-final.ts';
import { orderHistory } from './order-history.ts';
import { orderPaidOnce } from './order-paid-once.ts';
import { outboxEmpty } from './outbox-empty.ts';
import { paymentEventsPublished } from './payment-events-published.ts';
import { toldOnce } from './told-once.ts';
import type { Invariant } from '../invariant.ts';

export const invariants: readonly Invariant[] = [
  ledgerBalanced,
  balanceIsSum,
  moneyMovedOnce,
  orderPaidOnce,
  orderFinal,
  orderHistory,
  orderEventsPublished,
  paymentEventsPublished,
  imageEventsPublished,
  outboxEmpty,
  channelGapless,
  feedComplete,
  toldOnce,
];
