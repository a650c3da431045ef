import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import { PAYMENTS, type PaymentsClient } from '../clients';
import { SignedIn } from '../http/principal.guard';
import type { EdgeReply } from '../http/reply';
import { present } from '../http/words';
import { markReplay } from '../idempotency/idempotency.interceptor';
import { IdempotencyKey, Idempotent } from '../idempotency/idempotent.decorator';
import { createTransferBody, type CreateTransferBody } from './transfer.schema';
import { transferView } from './transfer.view';

@Controller('v1/transfers')
@SignedIn()
export class TransferHttp {
  constructor(@Inject(PAYMENTS) private readonly payments: PaymentsClient) {}

  @Post()
  @Idempotent(createTransferBody)
  async create(
    @Body({ schema: createTransferBody }) body: CreateTransferBody,
    @IdempotencyKey() idempotencyKey: string,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    const { transfer, replayed } = await this.payments.createTransfer({ ...body, idempotencyKey });
    markReplay(reply, replayed);
    return transferView(present(transfer));
  }
}
