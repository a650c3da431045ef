import { paymentsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { pageLimit } from '@halftone/postgres';
import { requirePrincipal } from '@halftone/service';
import { PaymentService } from './payment.service';
import { toWire } from './wire';

@GrpcController(paymentsV1.PaymentsServiceService)
export class PaymentGrpc {
  constructor(private readonly payments: PaymentService) {}

  async createPayment(request: paymentsV1.CreatePaymentRequest): Promise<paymentsV1.CreatePaymentResponse> {
    const { response, replayed } = await this.payments.create(requirePrincipal(), request);
    return { payment: response, replayed };
  }

  async getPayment({ id }: paymentsV1.GetPaymentRequest): Promise<paymentsV1.GetPaymentResponse> {
    return { payment: toWire(await this.payments.get(requirePrincipal(), id)) };
  }

  async listPayments({ limit, cursor }: paymentsV1.ListPaymentsRequest): Promise<paymentsV1.ListPaymentsResponse> {
    const { items, nextCursor } = await this.payments.list(requirePrincipal(), pageLimit(limit), cursor);
    return { payments: items.map(toWire), nextCursor };
  }
}
