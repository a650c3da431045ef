import { paymentsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { requirePrincipal } from '@halftone/service';
import { TransferService } from './transfer.service';

@GrpcController(paymentsV1.PaymentsServiceService)
export class TransferGrpc {
  constructor(private readonly transfers: TransferService) {}

  async createTransfer(request: paymentsV1.CreateTransferRequest): Promise<paymentsV1.CreateTransferResponse> {
    const { response, replayed } = await this.transfers.create(requirePrincipal(), request);
    return { transfer: response, replayed };
  }
}
