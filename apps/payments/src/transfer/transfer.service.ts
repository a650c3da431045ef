import { paymentsV1 } from '@halftone/contracts';
import { DomainError, isDomainError, uuidv7 } from '@halftone/kernel';
import { afterCommit, Database, fingerprintOf, idempotently, type Replayable, type Tx } from '@halftone/postgres';
import { counter, failpoint, planted, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { walletOf } from '../ledger/account';
import { validAmount, move, type Posting, walletIn } from '../ledger/ledger';
import { LedgerStore } from '../ledger/ledger.store';
import { inTurn } from '../ledger/wallet-turns.service';
import type { PaymentsTables } from '../tables';
import { decide, type Transfer, type TransferCommand } from './transfer';
import { TransferStore } from './transfer.store';
import { toWire } from './wire';

const { Transfer: codec, CreateTransferRequest } = paymentsV1;

const transfers = counter('transfers_total', 'Transfer requests by outcome', {
  outcome: ['completed', 'refused'],
});

/** Transfers between wallets: once per key, and never more than the sender has, under any concurrency. */
@Injectable()
export class TransferService {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly store: TransferStore,
    private readonly ledger: LedgerStore,
  ) {}

  /** Throws when the transfer is refused; then nothing is stored, not even the key. */
  async create(
    { customer }: Principal,
    request: paymentsV1.CreateTransferRequest,
  ): Promise<Replayable<paymentsV1.Transfer>> {
    await failpoint('payments.transfer.request-read');
    const { idempotencyKey: key, to, currency } = request;
    const command = { id: uuidv7(), from: customer, to, amount: validAmount(request.amount), currency };
    const claim = { customer, route: 'payments.CreateTransfer', key };
    const fingerprint = fingerprintOf(CreateTransferRequest.encode({ ...request, idempotencyKey: '' }).finish());
    const create = () =>
      this.db.tx(async (tx) => {
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
    const created = await inTurn(customer, create).catch(countRefusal);
    await failpoint('payments.transfer.after-commit');
    if (planted('transfer.refused-after-all')) throw new DomainError('INSUFFICIENT_FUNDS', 'planted');
    return created;
  }

  private async transfer(tx: Tx<PaymentsTables>, command: TransferCommand): Promise<Transfer> {
    const [from, to] = [walletOf(command.from), walletOf(command.to)];
    const accounts = await this.ledger.lock(tx, [from], [to]);
    const wallet = (of: string) => walletIn(accounts.find(({ id }) => id === of));
    const wallets = { sender: wallet(from), recipient: wallet(to) };
    const transfer = decide(command, wallets, new Date());
    const transactionId = await this.ledger.post(tx, postingOf(transfer), accounts, transfer.createdAt);
    if (!transactionId) throw new DomainError('INTERNAL', `transfer ${transfer.id} has been posted before`);
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
