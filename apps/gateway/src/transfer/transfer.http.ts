import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import { PAYMENTS, type PaymentsClient } from '../clients';
import { MinuteLimiter } from '../http/minute-limiter.service';
import { SignedIn } from '../http/principal.http';
import type { EdgeReply } from '../http/reply';
import { present } from '../http/words';
import { IdempotencyKey, Idempotent, markReplay } from '../idempotency/idempotency.http';
import { createTransferBody, type CreateTransferBody, transferView } from './transfer.schema';

@Controller('v1/transfers')
@SignedIn()
export class TransferHttp {
  constructor(
    @Inject(PAYMENTS) private readonly payments: PaymentsClient,
    private readonly limiter: MinuteLimiter,
  ) {}

  @Post()
  @Idempotent(createTransferBody)
  async create(
    @Body({ schema: createTransferBody }) body: CreateTransferBody,
    @IdempotencyKey() idempotencyKey: string,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    const { transfer, replayed } = await this.limiter.guardRecipients(() =>
      this.payments.createTransfer({ ...body, idempotencyKey }),
    );
    markReplay(reply, replayed);
    return transferView(present(transfer));
  }
}
