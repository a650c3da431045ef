import { paymentsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { pageLimit } from '@halftone/postgres';
import { permittedCaller } from '@halftone/service';
import { PaymentQueryService } from './payment-query.service';
import { PaymentService } from './payment.service';
import { toWire } from './wire';
import { paymentsRequests } from '../requests.schema';

@GrpcController(paymentsV1.PaymentsServiceService, paymentsRequests)
export class PaymentGrpc {
  constructor(
    private readonly payments: PaymentService,
    private readonly queries: PaymentQueryService,
  ) {}

  async createPayment(request: paymentsV1.CreatePaymentRequest): Promise<paymentsV1.CreatePaymentResponse> {
    const { response, replayed } = await this.payments.create(permittedCaller('payments.CreatePayment'), request);
    return { payment: response, replayed };
  }

  async getPayment({ id }: paymentsV1.GetPaymentRequest): Promise<paymentsV1.GetPaymentResponse> {
    return { payment: toWire(await this.queries.get(permittedCaller('payments.GetPayment'), id)) };
  }

  async listPayments(request: paymentsV1.ListPaymentsRequest): Promise<paymentsV1.ListPaymentsResponse> {
    const { limit, cursor, orderId } = request;
    const { items, nextCursor } = await this.queries.list(
      permittedCaller('payments.ListPayments'),
      pageLimit(limit),
      cursor,
      orderId,
    );
    return { payments: items.map(toWire), nextCursor };
  }
}
