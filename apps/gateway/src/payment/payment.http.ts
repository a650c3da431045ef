import { enumOf, paymentsV1 } from '@halftone/contracts';
import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { PAYMENTS, type PaymentsClient } from '../clients';
import { page } from '../http/page.http';
import { SignedIn } from '../http/principal.http';
import type { EdgeReply } from '../http/reply';
import { UuidPipe } from '../http/uuid.http';
import { present } from '../http/words';
import { IdempotencyKey, Idempotent, markReplay } from '../idempotency/idempotency.http';
import {
  createPaymentBody,
  type CreatePaymentBody,
  paymentsQuery,
  type PaymentsQuery,
  paymentView,
} from './payment.schema';

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
    const { orderId = '', amount = 0, currency = '', description } = body;
    const method = enumOf(paymentsV1.PaymentMethod, body.method);
    const request = { orderId, amount, currency, description, method, idempotencyKey };
    const { payment, replayed } = await this.payments.createPayment(request);
    const view = paymentView(present(payment));
    markReplay(reply, replayed).header('location', `/v1/payments/${view.id}`);
    return view;
  }

  @Get()
  async list(@Query({ schema: paymentsQuery }) query: PaymentsQuery, @Res({ passthrough: true }) reply: EdgeReply) {
    const { limit, cursor, order } = query;
    const { payments, nextCursor } = await this.payments.listPayments({ limit, cursor, orderId: order ?? '' });
    return page(reply, '/v1/payments', { limit, order }, payments.map(paymentView), nextCursor);
  }

  @Get(':id')
  async get(@Param('id', new UuidPipe('PAYMENT_NOT_FOUND')) id: string) {
    const { payment } = await this.payments.getPayment({ id });
    return paymentView(present(payment));
  }
}
