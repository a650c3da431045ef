import { Body, Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { PAYMENTS, type PaymentsClient } from '../clients';
import { SignedIn } from '../http/principal.guard';
import type { EdgeReply } from '../http/reply';
import { UuidPipe } from '../http/uuid.pipe';
import { present } from '../http/words';
import { markReplay } from '../idempotency/idempotency.interceptor';
import { IdempotencyKey, Idempotent } from '../idempotency/idempotent.decorator';
import { createRefundBody, type CreateRefundBody } from './payment.schema';
import { refundView } from './payment.view';

const paymentId = new UuidPipe('PAYMENT_NOT_FOUND');

/** Money on its way back: `pending` until the bank has it, for a wallet `completed` from the start. */
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
    const { refunds } = await this.payments.listRefunds({ paymentId: id });
    return { items: refunds.map(refundView), next: null };
  }
}
