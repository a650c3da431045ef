/** The recorded actions of alice in the self-test. A bug may break any step, so no step requires its outcome or waits long. */
import { isFinal, type ImageStatus, type Order, type Timeline } from '../../harness/clients/api.ts';
import { jsonOf } from '../../harness/clients/http.ts';
import { signIn, type Session } from '../../harness/clients/session.ts';
import { cheapestProduct, photo } from '../../harness/clients/shop.ts';
import { operationsOf, type Effect, type Operation } from '../../harness/workload/history.ts';
import { perform, type EffectRequest } from '../../harness/workload/operation.ts';
import { Recorder } from '../../harness/workload/recorder.ts';
import { waitAtMost } from '@halftone/tools/os/waiting.ts';

export type WorkName =
  | 'transfer'
  | 'replayed transfers'
  | 'payment'
  | 'bank payment'
  | 'refund'
  | 'refund of prints'
  | 'order'
  | 'bank order'
  | 'photo';

const patienceMs = 8_000;
/** Enough that one of them is repeated after its answer was stored. */
const replays = 4;

export class Customer {
  readonly #session: Session;
  readonly #recorder = new Recorder();
  /** Every request has another amount, so that an effect identifies its request. */
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
    'refund of prints': async () => {
      const orderId = await this.#order('wallet');
      const { payments = [] } = await this.#session.get<Partial<Timeline>>(`/v1/orders/${orderId}/timeline`);
      const [{ id: paymentId, amount } = { id: '', amount: 0 }] = payments;
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

  async #order(payment: string): Promise<string | undefined> {
    const lines = [{ imageId: this.#imageId, product: this.#product, quantity: 1 }];
    const id = await this.#ask('order', '/v1/orders', { lines, payment });
    await this.#until(async () => isFinal(await this.#session.get<Order>(`/v1/orders/${id}`)));
    return id;
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
    await waitAtMost('the work to be done', probe, { withinMs: patienceMs });
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
    const effectRequest: EffectRequest = { process: 'self-test', customer: 'alice', f, path, value, request };
    const { reply } = await perform(effectRequest, {
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
