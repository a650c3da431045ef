import { paymentsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { permittedCaller } from '@halftone/service';
import { TransferService } from './transfer.service';
import { paymentsRequests } from '../requests.schema';

@GrpcController(paymentsV1.PaymentsServiceService, paymentsRequests)
export class TransferGrpc {
  constructor(private readonly transfers: TransferService) {}

  async createTransfer(request: paymentsV1.CreateTransferRequest): Promise<paymentsV1.CreateTransferResponse> {
    const { response, replayed } = await this.transfers.create(permittedCaller('payments.CreateTransfer'), request);
    return { transfer: response, replayed };
  }
}
