import { counter } from '@halftone/service';
import type { PaymentMethod } from '../payment/payment';
import type { Refund } from './refund';

const refunds = counter('refunds_total', 'Refunds by what became of them', {
  method: ['wallet', 'bank'],
  outcome: ['completed', 'failed'],
});

export const countRefund = ({ status }: Refund, method: PaymentMethod): void =>
  refunds.inc({ method, outcome: status });
