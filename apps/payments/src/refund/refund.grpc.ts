import { paymentsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { permittedCaller } from '@halftone/service';
import { RefundService } from './refund.service';
import { toWire } from './wire';
import { paymentsRequests } from '../requests.schema';

@GrpcController(paymentsV1.PaymentsServiceService, paymentsRequests)
export class RefundGrpc {
  constructor(private readonly service: RefundService) {}

  async createRefund(request: paymentsV1.CreateRefundRequest): Promise<paymentsV1.CreateRefundResponse> {
    const { response, replayed } = await this.service.create(permittedCaller('payments.CreateRefund'), request);
    return { refund: response, replayed };
  }

  async listRefunds(request: paymentsV1.ListRefundsRequest): Promise<paymentsV1.ListRefundsResponse> {
    const principal = permittedCaller('payments.ListRefunds');
    if (request.paymentIds.length > 0) {
      const found = await this.service.listOf(principal, request.paymentIds);
      return { refunds: found.map(({ refund, payment }) => toWire(refund, payment)) };
    }
    const { refunds, payment } = await this.service.list(principal, request.paymentId);
    return { refunds: refunds.map((refund) => toWire(refund, payment)) };
  }
}
