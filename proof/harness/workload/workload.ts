/**
 * A mixed load that records its history: customers transfer, pay, order, refund and upload, one request after the other.
 * The seed decides what is sent; the speed of the answers decides when.
 */
import { jsonOf } from '../clients/http.ts';
import { signIn, type Session } from '../clients/session.ts';
import { eventually, rest } from '@halftone/tools/os/waiting.ts';
import { cheapestProduct, photo, type Photo } from '../clients/shop.ts';
import type { ImageStatus } from '../clients/api.ts';
import type { Effect } from './history.ts';
import { perform, type EffectRequest, type SendOptions } from './operation.ts';
import type { Random } from './random.ts';
import type { Recorder } from './recorder.ts';

export interface WorkloadOptions {
  /** Each request goes to any of them. */
  gateways: () => readonly string[];
  recorder: Recorder;
  random: Random;
  /** How many customers work at the same time: load-1, load-2 … */
  customers: number;
  /** Pause between the requests of one customer: between half and one and a half of it. */
  pauseMs: number;
  /** Whether some pay with the bank. */
  bank: boolean;
  signal: AbortSignal;
}

/** In percent. */
const mix: readonly (readonly [Effect, number])[] = [
  ['transfer', 40],
  ['order', 25],
  ['payment', 20],
  ['refund', 12],
  ['image', 3],
];

export const customerName = (number: number): string => `load-${number}`;

/** Runs until the signal; resolves when the last request is answered or given up. */
export async function work(options: WorkloadOptions): Promise<void> {
  const opening = await photo('rocket.jpg');
  const shoppers = await Promise.all(
    Array.from({ length: options.customers }, (_, index) => Shopper.open(index + 1, options, opening)),
  );
  await Promise.all(shoppers.map((shopper) => shopper.shop()));
}

/** Uploads a photo as part of the history. Resolves when prints of it can be ordered. */
export async function uploadRecorded(
  session: Session,
  photo: Photo,
  gateway: string,
  recorder: Recorder,
): Promise<string> {
  const options = { recorder, gateway: () => gateway, token: () => session.token() };
  const patience = { patienceMs: 30_000, timeoutMs: 10_000, replay: false };
  const { type, reply } = await perform(uploadOf(session.customer, photo), { ...options, ...patience });
  if (type !== 'ok' || !reply) throw new Error(`${session.customer} cannot upload a photo: ${reply?.text}`);
  const { id } = jsonOf<{ id: string }>(reply);
  await eventually(`photo ${id}`, async () => {
    const { status } = await session.get<ImageStatus>(`/v1/images/${id}/status`);
    return status === 'ready' || undefined;
  });
  return id;
}

const uploadOf = (customer: string, { bytes, contentType }: Photo): EffectRequest => ({
  process: `c-${customer}`,
  customer,
  f: 'image',
  path: '/v1/images',
  value: { bytes: bytes.length, contentType },
  request: { body: bytes, contentType },
});

class Shopper {
  readonly #name: string;
  readonly #options: WorkloadOptions;
  readonly #random: Random;
  readonly #session: Session;
  readonly #photo: Photo;
  readonly #imageId: string;
  readonly #product: string;
  /** Payments that can still be refunded. */
  readonly #paid: { id: string; amount: number }[] = [];

  private constructor(name: string, options: WorkloadOptions, session: Session, photo: Photo, order: string[]) {
    this.#name = name;
    this.#options = options;
    this.#random = options.random.branch(name);
    this.#session = session;
    this.#photo = photo;
    [this.#imageId = '', this.#product = ''] = order;
  }

  /** Signs in and uploads a photo. Call it before the first fault. */
  static async open(number: number, options: WorkloadOptions, photo: Photo): Promise<Shopper> {
    const name = customerName(number);
    const session = await signIn(options.gateways()[0] ?? '', name);
    const imageId = await uploadRecorded(session, photo, options.gateways()[0] ?? '', options.recorder);
    const { id } = await cheapestProduct(session);
    return new Shopper(name, options, session, photo, [imageId, id]);
  }

  async shop(): Promise<void> {
    const { signal, pauseMs } = this.#options;
    while (!signal.aborted) {
      await this.#act();
      await rest(pauseMs * (0.5 + this.#random.next()), signal);
    }
  }

  async #act(): Promise<void> {
    const effectRequest = this.#next();
    const { type, reply } = await perform(effectRequest, this.#sendOptions());
    if (type === 'ok' && effectRequest.f === 'payment' && reply) {
      this.#paid.push({ id: jsonOf<{ id: string }>(reply).id, amount: Number(effectRequest.value['amount']) });
    }
  }

  #sendOptions(): SendOptions {
    const { recorder, gateways } = this.#options;
    return {
      recorder,
      gateway: () => this.#random.pick(gateways()),
      token: () => this.#session.token(),
      patienceMs: 40_000,
      timeoutMs: 5_000,
      replay: this.#random.next() < 0.15,
    };
  }

  #next(): EffectRequest {
    let rest = this.#random.between(1, 100);
    const [f] = mix.find(([, share]) => (rest -= share) <= 0) ?? ['transfer'];
    switch (f) {
      case 'order':
        return this.#order();
      case 'payment':
        return this.#payment();
      case 'refund':
        return this.#refund() ?? this.#transfer();
      case 'image':
        return uploadOf(this.#name, this.#photo);
      default:
        return this.#transfer();
    }
  }

  get #method(): 'wallet' | 'bank' {
    return this.#options.bank && this.#random.next() < 0.4 ? 'bank' : 'wallet';
  }

  #json(f: Effect, path: string, value: Record<string, unknown>, body: Record<string, unknown> = value): EffectRequest {
    const request = { body: JSON.stringify(body), contentType: 'application/json' };
    return { process: `c-${this.#name}`, customer: this.#name, f, path, value, request };
  }

  #transfer(): EffectRequest {
    const others = Array.from({ length: this.#options.customers }, (_, index) => customerName(index + 1));
    const to = this.#random.pick(others.filter((name) => name !== this.#name));
    return this.#json('transfer', '/v1/transfers', { to, amount: this.#random.between(1, 500), currency: 'USD' });
  }

  #order(): EffectRequest {
    const lines = [{ imageId: this.#imageId, product: this.#product, quantity: this.#random.between(1, 3) }];
    return this.#json('order', '/v1/orders', { lines, payment: this.#method });
  }

  #payment(): EffectRequest {
    const amount = this.#random.between(100, 5_000);
    return this.#json('payment', '/v1/payments', {
      amount,
      currency: 'USD',
      description: 'a gift card',
      method: this.#method,
    });
  }

  /** Refunds a part of an earlier payment, or the rest of it. */
  #refund(): EffectRequest | undefined {
    const payment = this.#paid.shift();
    if (!payment) return undefined;
    const amount = this.#random.between(1, payment.amount);
    if (amount < payment.amount) this.#paid.push({ id: payment.id, amount: payment.amount - amount });
    const path = `/v1/payments/${payment.id}/refunds`;
    return this.#json('refund', path, { paymentId: payment.id, amount }, { amount });
  }
}
