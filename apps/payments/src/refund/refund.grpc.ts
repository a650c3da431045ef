import { paymentsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { requirePrincipal } from '@halftone/service';
import { RefundService } from './refund.service';
import { toWire } from './wire';

@GrpcController(paymentsV1.PaymentsServiceService)
export class RefundGrpc {
  constructor(private readonly service: RefundService) {}

  async createRefund(request: paymentsV1.CreateRefundRequest): Promise<paymentsV1.CreateRefundResponse> {
    const { response, replayed } = await this.service.create(requirePrincipal(), request);
    return { refund: response, replayed };
  }

  async listRefunds({ paymentId }: paymentsV1.ListRefundsRequest): Promise<paymentsV1.ListRefundsResponse> {
    const { refunds, payment } = await this.service.list(requirePrincipal(), paymentId);
    return { refunds: refunds.map((refund) => toWire(refund, payment)) };
  }
}
