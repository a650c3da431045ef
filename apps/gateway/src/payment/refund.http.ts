import { Body, Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { PAYMENTS, type PaymentsClient } from '../clients';
import { SignedIn } from '../http/principal.http';
import type { EdgeReply } from '../http/reply';
import { UuidPipe } from '../http/uuid.http';
import { present } from '../http/words';
import { IdempotencyKey, Idempotent, markReplay } from '../idempotency/idempotency.http';
import { createRefundBody, type CreateRefundBody, refundView } from './payment.schema';

const paymentId = new UuidPipe('PAYMENT_NOT_FOUND');

/** Refunds of a payment: to a bank account `pending` until the bank confirms, to a wallet `completed` immediately. */
@Controller('v1/payments/:id/refunds')
@SignedIn()
export class RefundHttp {
  constructor(@Inject(PAYMENTS) private readonly payments: PaymentsClient) {}

  @Post()
  @Idempotent(createRefundBody)
  async create(
    @Param('id', paymentId) id: string,
    @Body({ schema: createRefundBody }) { amount = 0, reason }: CreateRefundBody,
    @IdempotencyKey() idempotencyKey: string,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    const request = { paymentId: id, amount, reason, idempotencyKey };
    const { refund, replayed } = await this.payments.createRefund(request);
    markReplay(reply, replayed).header('location', `/v1/payments/${id}/refunds`);
    return refundView(present(refund));
  }

  @Get()
  async list(@Param('id', paymentId) id: string) {
    const { refunds } = await this.payments.listRefunds({ paymentId: id, paymentIds: [] });
    return { items: refunds.map(refundView), next: null };
  }
}
