/**
 * Checks that the system is healthy: every process is ready, and a new order of each payment method reaches its end.
 * These orders are part of the history.
 */
import type { Sandbox } from '../harness/sandbox/sandbox.ts';
import { isFinal, type Order } from '../harness/clients/api.ts';
import { jsonOf } from '../harness/clients/http.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { signIn, type Session } from '../harness/clients/session.ts';
import { cheapestProduct, photo } from '../harness/clients/shop.ts';
import { perform } from '../harness/workload/operation.ts';
import type { Recorder } from '../harness/workload/recorder.ts';
import { uploadRecorded } from '../harness/workload/workload.ts';

export class ProbeClient {
  readonly #sandbox: Sandbox;
  readonly #recorder: Recorder;
  readonly #session: Session;
  readonly #line: { imageId: string; product: string; quantity: number };

  private constructor(sandbox: Sandbox, recorder: Recorder, session: Session, imageId: string, product: string) {
    this.#sandbox = sandbox;
    this.#recorder = recorder;
    this.#session = session;
    this.#line = { imageId, product, quantity: 1 };
  }

  /** Call it before the first fault. */
  static async open(sandbox: Sandbox, customer: string, recorder: Recorder): Promise<ProbeClient> {
    const session = await signIn(sandbox.urls.gateway, customer);
    const imageId = await uploadRecorded(session, await photo('rocket.jpg'), sandbox.urls.gateway, recorder);
    return new ProbeClient(sandbox, recorder, session, imageId, (await cheapestProduct(session)).id);
  }

  /** Rejects when the system is not healthy within that time. */
  async waitUntilHealthy(withinMs: number, signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + withinMs;
    await this.#sandbox.allReady(withinMs);
    signal.throwIfAborted();
    await Promise.all((['wallet', 'bank'] as const).map((payment) => this.#order(payment, deadline, signal)));
  }

  async #order(payment: 'wallet' | 'bank', deadline: number, signal: AbortSignal): Promise<void> {
    const { gateways } = this.#sandbox;
    let turn = payment === 'bank' ? 1 : 0;
    const value = { lines: [this.#line], payment };
    const request = { body: JSON.stringify(value), contentType: 'application/json' };
    const customer = this.#session.customer;
    const { type, reply } = await perform(
      { process: `probe-${payment}`, customer, f: 'order', path: '/v1/orders', value, request },
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
        // The replica may be down: try again until the time is over.
        const reply = await this.#session.try(`/v1/orders/${id}`, { timeoutMs: 3_000 }).catch(() => undefined);
        return (reply?.status === 200 && isFinal(jsonOf<Order>(reply))) || undefined;
      },
      { withinMs: deadline - Date.now(), everyMs: 50 },
    );
  }
}
