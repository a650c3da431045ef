import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { PAYMENTS, type PaymentsClient } from '../clients';
import { page } from '../http/page';
import { pageQuery, type PageQuery } from '../http/page.query';
import { SignedIn } from '../http/principal.guard';
import type { EdgeReply } from '../http/reply';
import { UuidPipe } from '../http/uuid.pipe';
import { present } from '../http/words';
import { markReplay } from '../idempotency/idempotency.interceptor';
import { IdempotencyKey, Idempotent } from '../idempotency/idempotent.decorator';
import { createPaymentBody, type CreatePaymentBody } from './payment.schema';
import { paymentView } from './payment.view';

@Controller('v1/payments')
@SignedIn()
export class PaymentHttp {
  constructor(@Inject(PAYMENTS) private readonly payments: PaymentsClient) {}

  @Post()
  @Idempotent(createPaymentBody)
  async create(
    @Body({ schema: createPaymentBody }) body: CreatePaymentBody,
    @IdempotencyKey() idempotencyKey: string,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    const { payment, replayed } = await this.payments.createPayment({ ...body, idempotencyKey });
    const view = paymentView(present(payment));
    markReplay(reply, replayed).header('location', `/v1/payments/${view.id}`);
    return view;
  }

  @Get()
  async list(@Query({ schema: pageQuery }) query: PageQuery, @Res({ passthrough: true }) reply: EdgeReply) {
    const { payments, nextCursor } = await this.payments.listPayments(query);
    return page(reply, '/v1/payments', query.limit, payments.map(paymentView), nextCursor);
  }

  @Get(':id')
  async get(@Param('id', new UuidPipe('PAYMENT_NOT_FOUND')) id: string) {
    const { payment } = await this.payments.getPayment({ id });
    return paymentView(present(payment));
  }
}
