import { paymentsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { pageLimit } from '@halftone/postgres';
import { permittedCaller } from '@halftone/service';
import { paymentsRequests } from '../requests.schema';
import { RefundRequestService } from './refund-request.service';
import { statusFromWire, toWire } from './wire';

@GrpcController(paymentsV1.PaymentsServiceService, paymentsRequests)
export class RefundRequestGrpc {
  constructor(private readonly requests: RefundRequestService) {}

  async requestRefund(request: paymentsV1.RequestRefundRequest): Promise<paymentsV1.RequestRefundResponse> {
    const { response, replayed } = await this.requests.open(permittedCaller('payments.RequestRefund'), request);
    return { refundRequest: response, replayed };
  }

  async listRefundRequests(
    request: paymentsV1.ListRefundRequestsRequest,
  ): Promise<paymentsV1.ListRefundRequestsResponse> {
    const { paymentId, status, limit, cursor } = request;
    const filter = { status: statusFromWire(status), ...(paymentId && { paymentId }) };
    const { items, nextCursor } = await this.requests.list(
      permittedCaller('payments.ListRefundRequests'),
      filter,
      pageLimit(limit),
      cursor,
    );
    return { refundRequests: items.map(toWire), nextCursor };
  }

  async approveRefund({ refundRequestId }: paymentsV1.ApproveRefundRequest): Promise<paymentsV1.ApproveRefundResponse> {
    return {
      refundRequest: toWire(await this.requests.approve(permittedCaller('payments.ApproveRefund'), refundRequestId)),
    };
  }

  async refuseRefund({
    refundRequestId,
    reason,
  }: paymentsV1.RefuseRefundRequest): Promise<paymentsV1.RefuseRefundResponse> {
    return {
      refundRequest: toWire(
        await this.requests.refuse(permittedCaller('payments.RefuseRefund'), refundRequestId, reason),
      ),
    };
  }
}
