/**
 * Finds out whether the system is well again: every process is ready, and an order of each way to pay, placed now, gets to its end. The
 * orders are part of the history.
 */
import type { Arena } from '../arena/arena.ts';
import { isFinal, type Order } from '../client/api.ts';
import { jsonOf } from '../client/http.ts';
import { eventually } from '../client/retry.ts';
import { signIn, type Session } from '../client/session.ts';
import { cheapestProduct, photo } from '../client/shop.ts';
import { perform } from '../history/operation.ts';
import type { Recorder } from '../history/recorder.ts';
import { uploadRecorded } from '../history/workload.ts';

export class Canary {
  readonly #arena: Arena;
  readonly #recorder: Recorder;
  readonly #session: Session;
  readonly #line: { imageId: string; product: string; quantity: number };

  private constructor(arena: Arena, recorder: Recorder, session: Session, imageId: string, product: string) {
    this.#arena = arena;
    this.#recorder = recorder;
    this.#session = session;
    this.#line = { imageId, product, quantity: 1 };
  }

  /** Before anything is broken. */
  static async open(arena: Arena, customer: string, recorder: Recorder): Promise<Canary> {
    const session = await signIn(arena.urls.gateway, customer);
    const imageId = await uploadRecorded(session, await photo('rocket.jpg'), arena.urls.gateway, recorder);
    return new Canary(arena, recorder, session, imageId, (await cheapestProduct(session)).id);
  }

  /** Rejects when it is not well within that time. */
  async well(withinMs: number, signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + withinMs;
    await this.#arena.allReady(withinMs);
    signal.throwIfAborted();
    await Promise.all((['wallet', 'bank'] as const).map((payment) => this.#order(payment, deadline, signal)));
  }

  async #order(payment: 'wallet' | 'bank', deadline: number, signal: AbortSignal): Promise<void> {
    const { gateways } = this.#arena;
    let turn = payment === 'bank' ? 1 : 0;
    const value = { lines: [this.#line], payment };
    const request = { body: JSON.stringify(value), contentType: 'application/json' };
    const customer = this.#session.customer;
    const { type, reply } = await perform(
      { process: `canary-${payment}`, customer, f: 'order', path: '/v1/orders', value, request },
      {
        recorder: this.#recorder,
        gateway: () => gateways[turn++ % gateways.length] ?? '',
        token: () => this.#session.token(),
        patienceMs: deadline - Date.now(),
        timeoutMs: 3_000,
        replay: false,
      },
    );
    if (type !== 'ok' || !reply) throw new Error(`an order by ${payment} was not placed: ${reply?.text}`);
    await this.#ended(jsonOf<Order>(reply).id, deadline, signal);
  }

  async #ended(id: string, deadline: number, signal: AbortSignal): Promise<void> {
    await eventually(
      `order ${id} to end`,
      async () => {
        signal.throwIfAborted();
        const reply = await this.#session.try(`/v1/orders/${id}`, { timeoutMs: 3_000 }).catch(() => undefined);
        return (reply?.status === 200 && isFinal(jsonOf<Order>(reply))) || undefined;
      },
      { withinMs: deadline - Date.now(), everyMs: 50 },
    );
  }
}
