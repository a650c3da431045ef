import { ordersV1, paymentsV1, wordOf } from '@halftone/contracts';
import { DomainError, parseId, uuidv7 } from '@halftone/kernel';
import {
  afterCommit,
  claimKey,
  completeKey,
  Database,
  fingerprintOf,
  type IdempotencyClaim,
  setRecoveryPoint,
  type Replayable,
  type Tx,
} from '@halftone/postgres';
import { failpoint, planted, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { CURRENCY, walletOf } from '../ledger/account';
import { debitReference, type Operation } from '../bank/operation';
import { validAmount, walletIn } from '../ledger/ledger';
import { LedgerStore } from '../ledger/ledger.store';
import { inTurn } from '../ledger/wallet-turns.service';
import { SettlementService } from '../settlement/settlement.service';
import type { PaymentsTables } from '../tables';
import {
  type Charge,
  decide,
  assertCaptured,
  open,
  type Payment,
  type PaymentMethod,
  paymentToRetry,
  type SettledPayment,
} from './payment';
import { countPayment, PaymentStore } from './payment.store';
import { captureOf } from './payment-settlement.service';
import { methodFromWire, toWire } from './wire';

/** The Kafka consumer group, also the consumer name in the inbox. */
export const group = 'halftone.payments';

const { Payment: codec, CreatePaymentRequest } = paymentsV1;

/**
 * Payments to the shop. One transaction stores a wallet payment, its ledger entries and its event. A bank payment takes two:
 * the first stores the bank operation before it is sent, the second stores the answer (see settlement/).
 */
@Injectable()
export class PaymentService {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly store: PaymentStore,
    private readonly ledger: LedgerStore,
    private readonly settlement: SettlementService,
  ) {}

  /** Captures or declines the payment of an order, or enqueues its bank debit; once per order. */
  async captureFor(tx: Tx<PaymentsTables>, order: ordersV1.Order): Promise<void> {
    const charge = chargeFor(order);
    await this.store.lockOrder(tx, order.id);
    if (await this.store.hasOrder(tx, order.id)) return;
    if (charge.method === 'bank') await this.enqueue(tx, open(charge, CURRENCY, new Date()));
    else await this.settle(tx, await this.fromWallet(tx, charge), `order:${order.id}`);
    await failpoint('payments.capture.before-commit');
    afterCommit(tx, () => failpoint('payments.capture.after-commit'));
  }

  /**
   * Pays the shop, or an order whose payment was declined; once per key. Throws when the payment is declined.
   * A declined wallet payment stores nothing, not even the key.
   */
  async create(
    { customer }: Principal,
    request: paymentsV1.CreatePaymentRequest,
  ): Promise<Replayable<paymentsV1.Payment>> {
    await failpoint('payments.create.request-read');
    const claim = { customer, route: 'payments.CreatePayment', key: request.idempotencyKey };
    const fingerprint = fingerprintOf(CreatePaymentRequest.encode({ ...request, idempotencyKey: '' }).finish());
    const begin = () =>
      this.db.tx(async (tx) => {
        const claimed = await claimKey(tx, claim, fingerprint, codec);
        if (!claimed.claimed) return { response: claimed.response, replayed: true };
        await failpoint('payments.create.claimed');
        const answer = await this.begin(tx, await this.chargeOf(tx, customer, request), claim);
        await failpoint('payments.create.before-commit');
        return answer;
      });
    const begun = await inWalletTurn({ customer, method: methodFromWire(request.method) }, begin);
    await failpoint('payments.create.after-commit');
    if (!('leased' in begun)) return begun;
    return { response: await this.settlement.finish(begun.leased), replayed: false };
  }

  /** Completes a wallet payment; for a bank payment, stores and leases the bank operation. */
  private async begin(tx: Tx<PaymentsTables>, charge: Charge, claim: IdempotencyClaim) {
    if (charge.method === 'bank') {
      const payment = assertCaptured(open(charge, CURRENCY, new Date()));
      await setRecoveryPoint(tx, claim, 'bank');
      await this.store.insert(tx, payment);
      return { leased: await this.settlement.begin(tx, debitOf(payment, claim)) };
    }
    const payment = await this.fromWallet(tx, charge);
    if (payment.status === 'declined') countPayment(payment);
    await this.settle(tx, assertCaptured(payment));
    const response = toWire(payment);
    await completeKey(tx, claim, codec, response);
    return { response, replayed: false };
  }

  private async chargeOf(
    tx: Tx<PaymentsTables>,
    customer: string,
    request: paymentsV1.CreatePaymentRequest,
  ): Promise<Charge> {
    const method = methodFromWire(request.method);
    if (request.orderId) return this.retryOf(tx, customer, request, method);
    const { currency, description } = request;
    return {
      id: uuidv7(),
      customer,
      orderId: null,
      method,
      amount: validAmount(request.amount),
      currency,
      description,
    };
  }

  /** The charge of the declined payment. Locks the order's payments until the transaction ends. */
  private async retryOf(
    tx: Tx<PaymentsTables>,
    customer: string,
    { orderId: requestedOrder, amount }: paymentsV1.CreatePaymentRequest,
    method: PaymentMethod,
  ): Promise<Charge> {
    if (amount !== 0) throw amountNotAllowed();
    const orderId = parseId(requestedOrder);
    if (!orderId) throw new DomainError('ORDER_NOT_FOUND', `no order ${requestedOrder}`);
    await this.store.lockOrder(tx, orderId);
    const declined = paymentToRetry(orderId, await this.store.ofOrder(tx, { customer, orderId }));
    const { currency, description } = declined;
    return { id: uuidv7(), customer, orderId, method, amount: declined.amount, currency, description };
  }

  /** Decides a wallet payment. Locks the wallet until the transaction ends. */
  private async fromWallet(tx: Tx<PaymentsTables>, charge: Charge): Promise<SettledPayment> {
    const wallet = walletOf(charge.customer);
    const [found] = await this.ledger.lock(tx, [wallet], []);
    return decide(charge, walletIn(found), new Date());
  }

  private async settle(tx: Tx<PaymentsTables>, payment: SettledPayment, reference?: string): Promise<void> {
    const captured = payment.status === 'captured';
    const posting = captureOf(payment, reference);
    const transactionId = captured ? await this.ledger.book(tx, posting, payment.createdAt) : undefined;
    await this.store.insert(tx, payment, transactionId);
  }

  /** Enqueues the debit for the worker, unless the payment is declined without the bank. */
  private async enqueue(tx: Tx<PaymentsTables>, payment: Payment): Promise<void> {
    await this.store.insert(tx, payment);
    if (payment.status === 'pending') await this.settlement.enqueue(tx, debitOf(payment, null));
  }
}

/** A wallet payment waits for the wallet's turn; a bank payment does not. */
const inWalletTurn = <R>(
  { customer, method }: Pick<Charge, 'customer' | 'method'>,
  work: () => Promise<R>,
): Promise<R> => (method === 'wallet' ? inTurn(customer, work) : work());

const chargeFor = ({ id, customer, total, currency, payment }: ordersV1.Order): Charge => ({
  id: uuidv7(),
  customer,
  orderId: id,
  method: wordOf(ordersV1.PaymentMethod, payment) ?? 'wallet',
  amount: planted('payment.other-total') ? total + 1 : total,
  currency,
  description: `order ${id}`,
});

const debitOf = (payment: Payment, claim: IdempotencyClaim | null): Operation<'debit'> => ({
  reference: debitReference(payment.id),
  kind: 'debit',
  paymentId: payment.id,
  refundId: null,
  customer: payment.customer,
  amount: payment.amount,
  currency: payment.currency,
  description: payment.description,
  claim,
  createdAt: payment.createdAt,
});

function amountNotAllowed(): DomainError {
  const message = 'must be left out with an order, which sets it';
  return new DomainError('VALIDATION_FAILED', `amount: ${message}`, [{ path: 'amount', message }]);
}
