import { enumOf, paymentsV1 } from '@halftone/contracts';
import { Body, Controller, Get, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { PAYMENTS, type PaymentsClient } from '../clients';
import { page, pageQuery, type PageQuery } from '../http/page.http';
import { SignedIn } from '../http/principal.http';
import type { EdgeReply } from '../http/reply';
import { UuidPipe } from '../http/uuid.http';
import { present } from '../http/words';
import { IdempotencyKey, Idempotent, markReplay } from '../idempotency/idempotency.http';
import {
  answerBody,
  type AnswerBody,
  refundRequestView,
  requestRefundBody,
  type RequestRefundBody,
  requestsQuery,
  type RequestsQuery,
} from './refund-request.schema';

const paymentId = new UuidPipe('PAYMENT_NOT_FOUND');

/** Refund requests of customers, and the operators' answers. */
@Controller('v1')
@SignedIn()
export class RefundRequestHttp {
  constructor(@Inject(PAYMENTS) private readonly payments: PaymentsClient) {}

  @Post('payments/:id/refund-requests')
  @Idempotent(requestRefundBody)
  async request(
    @Param('id', paymentId) id: string,
    @Body({ schema: requestRefundBody }) { amount = 0, reason }: RequestRefundBody,
    @IdempotencyKey() idempotencyKey: string,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    const { refundRequest, replayed } = await this.payments.requestRefund({
      paymentId: id,
      amount,
      reason,
      idempotencyKey,
    });
    markReplay(reply, replayed).header('location', `/v1/payments/${id}/refund-requests`);
    return refundRequestView(present(refundRequest));
  }

  @Get('payments/:id/refund-requests')
  async listOf(
    @Param('id', paymentId) id: string,
    @Query({ schema: pageQuery }) { limit, cursor }: PageQuery,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    const request = { limit, cursor, status: paymentsV1.RefundRequestStatus.UNSPECIFIED, paymentId: id };
    const { refundRequests, nextCursor } = await this.payments.listRefundRequests(request);
    const path = `/v1/payments/${id}/refund-requests`;
    return page(reply, path, { limit }, refundRequests.map(refundRequestView), nextCursor);
  }

  /** A customer's own requests; for an operator, all requests. */
  @Get('refund-requests')
  async list(@Query({ schema: requestsQuery }) query: RequestsQuery, @Res({ passthrough: true }) reply: EdgeReply) {
    const { limit, cursor, status: word } = query;
    const status = word ? enumOf(paymentsV1.RefundRequestStatus, word) : paymentsV1.RefundRequestStatus.UNSPECIFIED;
    const { refundRequests, nextCursor } = await this.payments.listRefundRequests({
      limit,
      cursor,
      status,
      paymentId: '',
    });
    const filter = { limit, status: word };
    return page(reply, '/v1/refund-requests', filter, refundRequests.map(refundRequestView), nextCursor);
  }

  /** For operators. Idempotent. */
  @Put('refund-requests/:id/answer')
  async answer(
    @Param('id', new UuidPipe('REFUND_REQUEST_NOT_FOUND')) refundRequestId: string,
    @Body({ schema: answerBody }) body: AnswerBody,
  ) {
    const { refundRequest } =
      body.answer === 'approve'
        ? await this.payments.approveRefund({ refundRequestId })
        : await this.payments.refuseRefund({ refundRequestId, reason: body.reason });
    return refundRequestView(present(refundRequest));
  }
}
