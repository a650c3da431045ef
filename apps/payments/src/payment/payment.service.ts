import { ordersV1, paymentsV1 } from '@halftone/contracts';
import { DomainError, isUuid, uuidv7 } from '@halftone/kernel';
import {
  claimKey,
  completeKey,
  Database,
  fingerprintOf,
  type IdempotencyClaim,
  once,
  recoveryPoint,
  type Replayable,
  type Tx,
} from '@halftone/postgres';
import { failpoint, planted, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { CURRENCY, REVENUE, walletOf } from '../account/account';
import { BankService } from '../bank/bank.service';
import { debitReference, type Operation } from '../bank/operation';
import { askedAmount } from '../ledger/amount';
import { LedgerStore } from '../ledger/ledger.store';
import type { PaymentsTables } from '../tables';
import {
  type Charge,
  decide,
  insistOnCapture,
  open,
  type Payment,
  type PaymentMethod,
  retriable,
  type SettledPayment,
} from './payment';
import { countPayment } from './payment.metrics';
import { captureOf } from './payment.posting';
import { PaymentStore } from './payment.store';
import { methodFromWire, toWire } from './wire';

/** The consumer group, and the name under which this service remembers which events it has seen. */
export const group = 'halftone.payments';

const { Payment: codec, CreatePaymentRequest } = paymentsV1;

/**
 * Money to the shop. A payment from a wallet, the ledger entries that are its money and the event that tells of it are one transaction. A
 * payment from the bank is two: what the bank has to be asked is stored before it is asked, and what it said is stored after (see bank/).
 */
@Injectable()
export class PaymentService {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly store: PaymentStore,
    private readonly ledger: LedgerStore,
    private readonly bank: BankService,
  ) {}

  /** Captures what an order costs, declines it or has the bank asked; once per event and once per order. */
  async captureFor(order: ordersV1.Order, eventId: string): Promise<void> {
    const charge = chargeFor(order);
    await this.db.tx(async (tx) => {
      if (!(await once(tx, { consumer: group, eventId }))) return;
      await this.store.lockOrder(tx, order.id);
      if (await this.store.hasOrder(tx, order.id)) return;
      if (charge.method === 'bank') await this.putDown(tx, open(charge, CURRENCY, new Date()));
      else await this.settle(tx, await this.fromWallet(tx, charge), `order:${order.id}`);
      await failpoint('payments.capture.before-commit');
    });
    await failpoint('payments.capture.after-commit');
  }

  /**
   * Pays the shop, or an order whose payment was declined, once per key. What cannot be captured is an error; from a wallet it leaves
   * nothing behind, not even the key.
   */
  async create(
    { customer }: Principal,
    request: paymentsV1.CreatePaymentRequest,
  ): Promise<Replayable<paymentsV1.Payment>> {
    await failpoint('payments.create.request-read');
    const claim = { customer, route: 'payments.CreatePayment', key: request.idempotencyKey };
    const fingerprint = fingerprintOf(CreatePaymentRequest.encode({ ...request, idempotencyKey: '' }).finish());
    const begun = await this.db.tx(async (tx) => {
      const claimed = await claimKey(tx, claim, fingerprint, codec);
      if (!claimed.claimed) return { response: claimed.response, replayed: true };
      await failpoint('payments.create.claimed');
      const answer = await this.begin(tx, await this.chargeOf(tx, customer, request), claim);
      await failpoint('payments.create.before-commit');
      return answer;
    });
    await failpoint('payments.create.after-commit');
    if (!('held' in begun)) return begun;
    const { payment } = await this.bank.finish(begun.held);
    return { response: toWire(insistOnCapture(payment)), replayed: false };
  }

  /** All of it from a wallet, its first half from the bank. */
  private async begin(tx: Tx<PaymentsTables>, charge: Charge, claim: IdempotencyClaim) {
    if (charge.method === 'bank') {
      const payment = insistOnCapture(open(charge, CURRENCY, new Date()));
      await recoveryPoint(tx, claim, 'bank');
      await this.store.insert(tx, payment);
      return { held: await this.bank.begin(tx, debitOf(payment, claim)) };
    }
    const payment = await this.fromWallet(tx, charge);
    if (payment.status === 'declined') countPayment(payment);
    await this.settle(tx, insistOnCapture(payment));
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
      amount: askedAmount(request.amount),
      currency,
      description,
    };
  }

  /** What the declined payment of the order was for. Nobody else decides about payments of this order until the transaction ends. */
  private async retryOf(
    tx: Tx<PaymentsTables>,
    customer: string,
    { orderId, amount }: paymentsV1.CreatePaymentRequest,
    method: PaymentMethod,
  ): Promise<Charge> {
    if (amount !== 0) throw orderSaysTheAmount();
    if (!isUuid(orderId)) throw new DomainError('ORDER_NOT_FOUND', `no order ${orderId}`);
    await this.store.lockOrder(tx, orderId);
    const declined = retriable(orderId, await this.store.ofOrder(tx, { customer, orderId }));
    const { currency, description } = declined;
    return { id: uuidv7(), customer, orderId, method, amount: declined.amount, currency, description };
  }
  /** The wallet cannot change until the transaction ends. */
  private async fromWallet(tx: Tx<PaymentsTables>, charge: Charge): Promise<SettledPayment> {
    const wallet = walletOf(charge.customer);
    const accounts = await this.ledger.lock(tx, [REVENUE, wallet]);
    const found = accounts.find(({ id }) => id === wallet);
    return decide(charge, found, new Date());
  }

  private async settle(tx: Tx<PaymentsTables>, payment: SettledPayment, reference?: string): Promise<void> {
    const captured = payment.status === 'captured';
    const posting = captureOf(payment, reference);
    const transactionId = captured ? await this.ledger.book(tx, posting, payment.createdAt) : undefined;
    await this.store.insert(tx, payment, transactionId);
  }

  /** For the completer, unless it is declined without the bank. */
  private async putDown(tx: Tx<PaymentsTables>, payment: Payment): Promise<void> {
    await this.store.insert(tx, payment);
    if (payment.status === 'pending') await this.bank.putDown(tx, debitOf(payment, null));
  }
}

const chargeFor = ({ id, customer, total, currency, payment }: ordersV1.Order): Charge => ({
  id: uuidv7(),
  customer,
  orderId: id,
  method: payment === ordersV1.PaymentMethod.BANK ? 'bank' : 'wallet',
  amount: planted('payment.other-total') ? total + 1 : total,
  currency,
  description: `order ${id}`,
});

const debitOf = (payment: Payment, claim: IdempotencyClaim | null): Operation => ({
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

function orderSaysTheAmount(): DomainError {
  const message = 'is left out with an order, which says it';
  return new DomainError('VALIDATION_FAILED', `amount: ${message}`, [{ path: 'amount', message }]);
}
