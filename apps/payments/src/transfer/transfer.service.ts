import { paymentsV1 } from '@halftone/contracts';
import { DomainError, isDomainError, uuidv7 } from '@halftone/kernel';
import { afterCommit, Database, fingerprintOf, idempotently, type Replayable, type Tx } from '@halftone/postgres';
import { counter, failpoint, planted, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { walletOf } from '../account/account';
import { askedAmount } from '../ledger/amount';
import { move, type Posting } from '../ledger/ledger';
import { LedgerStore } from '../ledger/ledger.store';
import type { PaymentsTables } from '../tables';
import { decide, type Transfer, type TransferCommand } from './transfer';
import { TransferStore } from './transfer.store';
import { toWire } from './wire';

const { Transfer: codec, CreateTransferRequest } = paymentsV1;

const transfers = counter('transfers_total', 'Transfers that were asked for, by what became of them', {
  outcome: ['completed', 'refused'],
});

/** Money between wallets: once per key, and never more than the sender has, however many transfers run at the same moment. */
@Injectable()
export class TransferService {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly store: TransferStore,
    private readonly ledger: LedgerStore,
  ) {}

  /** What cannot be transferred is an error and leaves nothing behind, not even the key. */
  async create(
    { customer }: Principal,
    request: paymentsV1.CreateTransferRequest,
  ): Promise<Replayable<paymentsV1.Transfer>> {
    await failpoint('payments.transfer.request-read');
    const { idempotencyKey: key, to, currency } = request;
    const command = { id: uuidv7(), from: customer, to, amount: askedAmount(request.amount), currency };
    const claim = { customer, route: 'payments.CreateTransfer', key };
    const fingerprint = fingerprintOf(CreateTransferRequest.encode({ ...request, idempotencyKey: '' }).finish());
    const made = this.db.tx(async (tx) => {
      const answer = await idempotently(tx, claim, fingerprint, codec, async () => {
        await failpoint('payments.transfer.claimed');
        const transfer = await this.transfer(tx, command);
        if (planted('transfer.made-twice')) await this.transfer(tx, { ...command, id: uuidv7() });
        if (planted('transfer.fee')) await this.transfer(tx, { ...command, id: uuidv7(), amount: 1 });
        if (planted('transfer.answer-misnamed')) return toWire({ ...transfer, id: uuidv7() });
        return toWire(transfer);
      });
      await failpoint('payments.transfer.before-commit');
      return answer;
    });
    const created = await made.catch(countRefusal);
    await failpoint('payments.transfer.after-commit');
    if (planted('transfer.refused-after-all')) throw new DomainError('INSUFFICIENT_FUNDS', 'planted');
    return created;
  }

  private async transfer(tx: Tx<PaymentsTables>, command: TransferCommand): Promise<Transfer> {
    const [from, to] = [walletOf(command.from), walletOf(command.to)];
    const accounts = await this.ledger.lock(tx, [from, to]);
    const wallets = { sender: accounts.find(({ id }) => id === from), recipient: accounts.find(({ id }) => id === to) };
    const transfer = decide(command, wallets, new Date());
    const transactionId = await this.ledger.post(tx, postingOf(transfer), accounts, transfer.createdAt);
    if (!transactionId) throw new DomainError('INTERNAL', `transfer ${transfer.id} is posted already`);
    await this.store.insert(tx, transfer, transactionId);
    afterCommit(tx, () => transfers.inc({ outcome: 'completed' }));
    return transfer;
  }
}

function countRefusal(error: unknown): never {
  if (isDomainError(error) && error.row.log === 'info') transfers.inc({ outcome: 'refused' });
  throw error;
}

const postingOf = ({ id, from, to, amount }: Transfer): Posting => ({
  kind: 'transfer',
  reference: `transfer:${id}`,
  entries: move(amount, walletOf(from), walletOf(to)),
});
