/** The invariants of `verify`, in the order of its report. */
import type { Invariant } from '../invariant.ts';
import { balanceIsSum } from './balance-is-sum.ts';
import { bankBalanceIsSum } from './bank-balance-is-sum.ts';
import { bankBookedOnce } from './bank-booked-once.ts';
import { bankClearingAgrees } from './bank-clearing-agrees.ts';
import { channelGapless } from './channel-gapless.ts';
import { effectHasRequest } from './effect-has-request.ts';
import { feedComplete } from './feed-complete.ts';
import { galleryCounts } from './gallery-counts.ts';
import { goodsPaidFor } from './goods-paid-for.ts';
import { imageEventsPublished } from './image-events-published.ts';
import { imageJobEnded } from './image-job-ended.ts';
import { inboxComplete } from './inbox-complete.ts';
import { ledgerBalanced } from './ledger-balanced.ts';
import { moneyMovedOnce } from './money-moved-once.ts';
import { orderEventsPublished } from './order-events-published.ts';
import { orderFinal } from './order-final.ts';
import { orderHistory } from './order-history.ts';
import { orderPaidOnce } from './order-paid-once.ts';
import { outboxEmpty } from './outbox-empty.ts';
import { paymentEventsPublished } from './payment-events-published.ts';
import { refundWithinCapture } from './refund-within-capture.ts';
import { requestHasEffect } from './request-has-effect.ts';
import { requestSettled } from './request-settled.ts';
import { sequenceGapless } from './sequence-gapless.ts';
import { shippedNotRefunded } from './shipped-not-refunded.ts';
import { notifiedOnce } from './notified-once.ts';

export const invariants: readonly Invariant[] = [
  requestHasEffect,
  effectHasRequest,
  requestSettled,
  ledgerBalanced,
  balanceIsSum,
  moneyMovedOnce,
  refundWithinCapture,
  shippedNotRefunded,
  goodsPaidFor,
  bankBookedOnce,
  bankBalanceIsSum,
  bankClearingAgrees,
  orderPaidOnce,
  orderFinal,
  orderHistory,
  orderEventsPublished,
  paymentEventsPublished,
  imageEventsPublished,
  imageJobEnded,
  sequenceGapless,
  outboxEmpty,
  inboxComplete,
  channelGapless,
  feedComplete,
  notifiedOnce,
  galleryCounts,
];
