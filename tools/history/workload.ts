/**
 * A mixed load that records what it did: customers who transfer, pay, order, refund and upload, each one request after the other, with
 * pauses. What is sent follows from the seed; when, from how fast the answers come.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonOf } from '../client/http.ts';
import { signIn, type Session } from '../client/session.ts';
import { eventually } from '../client/retry.ts';
import { cheapestProduct, photo, type Photo } from '../client/shop.ts';
import type { ImageStatus } from '../client/api.ts';
import type { Effect } from './history.ts';
import { perform, type Asked, type Way } from './operation.ts';
import type { Random } from './random.ts';
import type { Recorder } from './recorder.ts';

export interface WorkloadOptions {
  /** Any of them may be asked. */
  gateways: () => readonly string[];
  recorder: Recorder;
  random: Random;
  /** How many customers work at the same time: load-1, load-2 … */
  customers: number;
  /** Between the requests of one customer, half to one and a half of it. */
  pauseMs: number;
  /** Whether some pay with the bank. */
  bank: boolean;
  signal: AbortSignal;
}

/** Out of a hundred. */
const mix: readonly (readonly [Effect, number])[] = [
  ['transfer', 40],
  ['order', 25],
  ['payment', 20],
  ['refund', 12],
  ['image', 3],
];

export const customerName = (number: number): string => `load-${number}`;

/** Works until the signal comes; resolves when the last request is answered or given up. */
export async function work(options: WorkloadOptions): Promise<void> {
  const opening = await photo('rocket.jpg');
  const shoppers = await Promise.all(
    Array.from({ length: options.customers }, (_, index) => Shopper.open(index + 1, options, opening)),
  );
  await Promise.all(shoppers.map((shopper) => shopper.shop()));
}

/** A photo of the customer's, uploaded as part of the history, once prints of it can be ordered. */
export async function uploadRecorded(
  session: Session,
  photo: Photo,
  gateway: string,
  recorder: Recorder,
): Promise<string> {
  const way = { recorder, gateway: () => gateway, token: () => session.token() };
  const patience = { patienceMs: 30_000, timeoutMs: 10_000, replay: false };
  const { type, reply } = await perform(uploadOf(session.customer, photo), { ...way, ...patience });
  if (type !== 'ok' || !reply) throw new Error(`${session.customer} cannot upload a photo: ${reply?.text}`);
  const { id } = jsonOf<{ id: string }>(reply);
  await eventually(`photo ${id}`, async () => {
    const { status } = await session.get<ImageStatus>(`/v1/images/${id}/status`);
    return status === 'ready' || undefined;
  });
  return id;
}

const uploadOf = (customer: string, { bytes, contentType }: Photo): Asked => ({
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
  /** What may still be refunded, as far as this customer knows. */
  readonly #paid: { id: string; amount: number }[] = [];

  private constructor(name: string, options: WorkloadOptions, session: Session, photo: Photo, order: string[]) {
    this.#name = name;
    this.#options = options;
    this.#random = options.random.branch(name);
    this.#session = session;
    this.#photo = photo;
    [this.#imageId = '', this.#product = ''] = order;
  }

  /** Signed in, with a photo to order prints of. Before anything is broken. */
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
      await sleep(pauseMs * (0.5 + this.#random.next()), undefined, { signal }).catch(() => undefined);
    }
  }

  async #act(): Promise<void> {
    const asked = this.#next();
    const { type, reply } = await perform(asked, this.#way());
    if (type === 'ok' && asked.f === 'payment' && reply) {
      this.#paid.push({ id: jsonOf<{ id: string }>(reply).id, amount: Number(asked.value['amount']) });
    }
  }

  #way(): Way {
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

  #next(): Asked {
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

  #json(f: Effect, path: string, value: Record<string, unknown>, body: Record<string, unknown> = value): Asked {
    const request = { body: JSON.stringify(body), contentType: 'application/json' };
    return { process: `c-${this.#name}`, customer: this.#name, f, path, value, request };
  }

  #transfer(): Asked {
    const others = Array.from({ length: this.#options.customers }, (_, index) => customerName(index + 1));
    const to = this.#random.pick(others.filter((name) => name !== this.#name));
    return this.#json('transfer', '/v1/transfers', { to, amount: this.#random.between(1, 500), currency: 'USD' });
  }

  #order(): Asked {
    const lines = [{ imageId: this.#imageId, product: this.#product, quantity: this.#random.between(1, 3) }];
    return this.#json('order', '/v1/orders', { lines, payment: this.#method });
  }

  #payment(): Asked {
    const amount = this.#random.between(100, 5_000);
    return this.#json('payment', '/v1/payments', {
      amount,
      currency: 'USD',
      description: 'a gift card',
      method: this.#method,
    });
  }

  /** Part of a payment of before, or the rest of it. */
  #refund(): Asked | undefined {
    const payment = this.#paid.shift();
    if (!payment) return undefined;
    const amount = this.#random.between(1, payment.amount);
    if (amount < payment.amount) this.#paid.push({ id: payment.id, amount: payment.amount - amount });
    const path = `/v1/payments/${payment.id}/refunds`;
    return this.#json('refund', path, { paymentId: payment.id, amount }, { amount });
  }
}
