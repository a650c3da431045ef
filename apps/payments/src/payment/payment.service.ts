import { type ordersV1, paymentsV1 } from '@halftone/contracts';
import { DomainError, isUuid, uuidv7 } from '@halftone/kernel';
import {
  Database,
  decodeCursor,
  fingerprintOf,
  idempotently,
  once,
  type Page,
  pageOf,
  type Replayable,
  type Tx,
} from '@halftone/postgres';
import { failpoint, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { REVENUE, walletOf } from '../account/account';
import { askedAmount } from '../ledger/amount';
import { type Account, move, type Posting } from '../ledger/ledger';
import { LedgerStore } from '../ledger/ledger.store';
import type { PaymentsTables } from '../tables';
import { type Charge, decide, insistOnCapture, type Payment } from './payment';
import { countPayment } from './payment.metrics';
import { PaymentStore, type Scope } from './payment.store';
import { toWire } from './wire';

/** The consumer group, and the name under which this service remembers which events it has seen. */
export const group = 'halftone.payments';

const { Payment: codec, CreatePaymentRequest } = paymentsV1;

/**
 * Money from wallets to the shop. A payment, the ledger entries that are its money and the event that tells of it are one transaction, so
 * there is never one without the others. Reads show a customer only the customer's own payments and an operator all of them.
 */
@Injectable()
export class PaymentService {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly store: PaymentStore,
    private readonly ledger: LedgerStore,
  ) {}

  /** Captures what an order costs, or declines; once per event and once per order. */
  async captureFor({ id: orderId, customer, total, currency }: ordersV1.Order, eventId: string): Promise<void> {
    const charge = { id: uuidv7(), customer, orderId, amount: total, currency, description: `order ${orderId}` };
    await this.db.tx(async (tx) => {
      if (!(await once(tx, { consumer: group, eventId }))) return;
      const accounts = await this.lock(tx, customer);
      // Looked for under the lock of the revenue account: two events of one order cannot both find nothing.
      if (await this.store.hasOrder(tx, orderId)) return;
      await this.settle(tx, decide(charge, walletIn(accounts, customer), new Date()), accounts);
      await failpoint('payments.capture.before-commit');
    });
    await failpoint('payments.capture.after-commit');
  }

  /** Pays the shop once per key. What cannot be captured is an error and leaves nothing behind, not even the key. */
  async create(
    { customer }: Principal,
    request: paymentsV1.CreatePaymentRequest,
  ): Promise<Replayable<paymentsV1.Payment>> {
    const { idempotencyKey: key, currency, description } = request;
    const charge: Charge = {
      id: uuidv7(),
      customer,
      orderId: null,
      amount: askedAmount(request.amount),
      currency,
      description,
    };
    const claim = { customer, route: 'payments.CreatePayment', key };
    const fingerprint = fingerprintOf(CreatePaymentRequest.encode({ ...request, idempotencyKey: '' }).finish());
    const created = await this.db.tx((tx) =>
      idempotently(tx, claim, fingerprint, codec, async () => {
        const accounts = await this.lock(tx, customer);
        const payment = decide(charge, walletIn(accounts, customer), new Date());
        if (payment.status === 'declined') countPayment(payment);
        await this.settle(tx, insistOnCapture(payment), accounts);
        return toWire(payment);
      }),
    );
    await failpoint('payments.create.after-commit');
    return created;
  }

  async get(principal: Principal, id: string): Promise<Payment> {
    const [payment] = await this.find(principal, [id]);
    if (!payment) throw new DomainError('PAYMENT_NOT_FOUND', `no payment ${id}`);
    return payment;
  }

  /** Those that exist and may be seen, in no order. */
  find(principal: Principal, ids: readonly string[]): Promise<Payment[]> {
    return this.store.find(scopeOf(principal), ids.filter(isUuid));
  }

  /** The payments of these orders as far as they may be seen, in no order; an order has at most one. */
  findByOrder(principal: Principal, orderIds: readonly string[]): Promise<Payment[]> {
    return this.store.findByOrder(scopeOf(principal), orderIds.filter(isUuid));
  }

  /** Newest first. */
  list(principal: Principal, limit: number, cursor: string): Promise<Page<Payment>> {
    return this.page(scopeOf(principal), limit, cursor);
  }

  /** One customer's payments, newest first; none if the caller may not see them. */
  async listOf(principal: Principal, customer: string, limit: number): Promise<Payment[]> {
    if (principal.role !== 'operator' && principal.customer !== customer) return [];
    return (await this.page({ customer }, limit, '')).items;
  }

  private lock(tx: Tx<PaymentsTables>, customer: string): Promise<Account[]> {
    return this.ledger.lock(tx, [REVENUE, walletOf(customer)]);
  }

  private async settle(tx: Tx<PaymentsTables>, payment: Payment, accounts: readonly Account[]): Promise<void> {
    const captured = payment.status === 'captured';
    const transactionId = captured
      ? await this.ledger.post(tx, postingOf(payment), accounts, payment.createdAt)
      : undefined;
    await this.store.insert(tx, payment, transactionId);
  }

  private async page(scope: Scope, limit: number, cursor: string): Promise<Page<Payment>> {
    const before = cursor ? decodeCursor(cursor, z.uuid()) : undefined;
    return pageOf(await this.store.list(scope, limit + 1, before), limit, ({ id }) => id);
  }
}

const postingOf = ({ id, orderId, customer, amount }: Charge): Posting => ({
  kind: 'payment',
  reference: orderId ? `order:${orderId}` : `payment:${id}`,
  entries: move(amount, walletOf(customer), REVENUE),
});

const walletIn = (accounts: readonly Account[], customer: string) =>
  accounts.find(({ id }) => id === walletOf(customer));

const scopeOf = ({ customer, role }: Principal): Scope => (role === 'operator' ? {} : { customer });
