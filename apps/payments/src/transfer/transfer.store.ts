import { topics } from '@halftone/contracts';
import { appendEvent, type Tx } from '@halftone/postgres';
import { planted } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { PaymentsTables } from '../tables';
import type { Transfer } from './transfer';
import { subjectOf, toWire } from './wire';

/** Stores transfers together with their events. */
@Injectable()
export class TransferStore {
  /** Each party gets its own event, because events reach a customer by their key. */
  async insert(tx: Tx<PaymentsTables>, transfer: Transfer, transactionId: string): Promise<void> {
    if (planted('transfer.not-stored')) return;
    const { id, from, to, amount, currency, createdAt } = transfer;
    await tx
      .insertInto('transfer')
      .values({
        id,
        sender: from,
        recipient: to,
        amount: planted('transfer.other-amount') ? amount + 1 : amount,
        currency,
        transaction_id: transactionId,
        created_at: createdAt,
      })
      .execute();
    await publish(tx, transfer, from, 1);
    await publish(tx, transfer, to, 2);
  }
}

const publish = (tx: Tx<PaymentsTables>, transfer: Transfer, party: string, sequence: number) =>
  appendEvent(tx, {
    topic: topics.payments,
    type: 'transfer.completed',
    subject: subjectOf(transfer),
    key: party,
    sequence,
    value: { payment: undefined, transfer: toWire(transfer), refund: undefined, refundRequest: undefined },
    time: transfer.createdAt,
  });
