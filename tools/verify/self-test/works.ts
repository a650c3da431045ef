/**
 * What alice does in the self-test, recorded. A bug may spoil any of it: no step insists on its outcome, and none waits for long for
 * what may never come.
 */
import { isFinal, type ImageStatus, type Order } from '../../client/api.ts';
import { jsonOf } from '../../client/http.ts';
import { eventually } from '../../client/retry.ts';
import { signIn, type Session } from '../../client/session.ts';
import { cheapestProduct, photo } from '../../client/shop.ts';
import { operationsOf, type Effect, type Operation } from '../../history/history.ts';
import { perform, type Asked } from '../../history/operation.ts';
import { Recorder } from '../../history/recorder.ts';

export type WorkName =
  'transfer' | 'replayed transfers' | 'payment' | 'bank payment' | 'refund' | 'order' | 'bank order' | 'photo';

const patienceMs = 8_000;
/** Enough that one of them is repeated after its answer was stored. */
const replays = 4;

export class Customer {
  readonly #session: Session;
  readonly #recorder = new Recorder();
  /** No two requests ask for the same amount, so that what was done tells what was asked. */
  #amount = 100;
  #product = '';
  #imageId = '';

  private constructor(session: Session) {
    this.#session = session;
  }

  /** Signed in and with a photo to order prints of. */
  static async open(gateway: string): Promise<Customer> {
    const customer = new Customer(await signIn(gateway, 'alice'));
    customer.#imageId = (await customer.#upload()) ?? '';
    customer.#product = (await cheapestProduct(customer.#session)).id;
    return customer;
  }

  get history(): Operation[] {
    return operationsOf(this.#recorder.lines);
  }

  async do(work: WorkName): Promise<void> {
    await this.#works[work]();
  }

  readonly #works: Readonly<Record<WorkName, () => Promise<unknown>>> = {
    transfer: () => this.#transfer(),
    'replayed transfers': async () => {
      for (let count = 0; count < replays; count += 1) await this.#transfer(true);
    },
    payment: () => this.#payment('wallet'),
    'bank payment': () => this.#payment('bank'),
    refund: async () => {
      const paymentId = await this.#payment('wallet');
      const amount = 1;
      await this.#ask('refund', `/v1/payments/${paymentId}/refunds`, { paymentId, amount }, { body: { amount } });
    },
    order: () => this.#order('wallet'),
    'bank order': () => this.#order('bank'),
    photo: () => this.#upload(),
  };

  #transfer(replay = false): Promise<string | undefined> {
    const value = { to: 'bob', amount: (this.#amount += 1), currency: 'USD' };
    return this.#ask('transfer', '/v1/transfers', value, { replay });
  }

  #payment(method: string): Promise<string | undefined> {
    const amount = (this.#amount += 1);
    return this.#ask('payment', '/v1/payments', { amount, currency: 'USD', description: 'a gift card', method });
  }

  async #order(payment: string): Promise<void> {
    const lines = [{ imageId: this.#imageId, product: this.#product, quantity: 1 }];
    const id = await this.#ask('order', '/v1/orders', { lines, payment });
    await this.#until(async () => isFinal(await this.#session.get<Order>(`/v1/orders/${id}`)));
  }

  async #upload(): Promise<string | undefined> {
    const { bytes, contentType } = await photo('rocket.jpg');
    const id = await this.#ask('image', '/v1/images', { contentType }, { body: bytes, contentType });
    await this.#until(async () => {
      const { status } = await this.#session.get<ImageStatus>(`/v1/images/${id}/status`);
      return status === 'ready';
    });
    return id;
  }

  async #until(done: () => Promise<boolean>): Promise<void> {
    const probe = async () => (await done()) || undefined;
    await eventually('the work to be done', probe, { withinMs: patienceMs }).catch(() => undefined);
  }

  /** The id in the answer, if there is one. */
  async #ask(
    f: Effect,
    path: string,
    value: Record<string, unknown>,
    options: { body?: object; contentType?: string; replay?: boolean } = {},
  ): Promise<string | undefined> {
    const { body = value, contentType = 'application/json', replay = false } = options;
    const request = { body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body), contentType };
    const asked: Asked = { process: 'self-test', customer: 'alice', f, path, value, request };
    const { reply } = await perform(asked, {
      recorder: this.#recorder,
      gateway: () => this.#session.base,
      token: () => this.#session.token(),
      patienceMs,
      timeoutMs: 5_000,
      replay,
    });
    return reply && reply.status < 300 ? jsonOf<{ id?: string }>(reply).id : undefined;
  }
}
