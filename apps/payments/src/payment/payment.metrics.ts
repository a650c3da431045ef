import { counter } from '@halftone/service';
import type { Payment } from './payment';

const payments = counter('payments_total', 'Payments by what became of them', {
  method: ['wallet', 'bank'],
  outcome: ['captured', 'declined'],
});

export const countPayment = ({ method, status }: Payment): void => payments.inc({ method, outcome: status });
