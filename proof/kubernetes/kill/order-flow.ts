/** Places orders at a steady rate, paid by wallet and by bank in turn. Each is sent until it is answered, with its own key. */
import { randomUUID } from 'node:crypto';
import { isSettled, orderOf, type Order } from '../../harness/clients/api.ts';
import { jsonOf, sendPatiently } from '../../harness/clients/http.ts';
import { eventually, rest } from '@halftone/tools/os/waiting.ts';
import type { Session } from '../../harness/clients/session.ts';

const everyMs = 500;

/** An engine that is killed takes this long at most to come back. */
const patienceMs = 120_000;

export interface Placed {
  ok: boolean;
  attempts: number;
  ms: number;
  id?: string;
  problem?: string;
}

export class OrderFlow {
  readonly placed: Placed[] = [];
  readonly #session: Session;
  readonly #bodies: readonly string[];
  readonly #stop = new AbortController();
  readonly #pending = new Set<Promise<void>>();
  readonly #ended: Promise<void>;

  constructor(session: Session, imageId: string, product: string) {
    this.#session = session;
    this.#bodies = (['wallet', 'bank'] as const).map((payment) =>
      JSON.stringify(orderOf(imageId, product, 1, payment)),
    );
    this.#ended = this.#run();
  }

  /** Sent and not answered yet. */
  get open(): number {
    return this.#pending.size;
  }

  /** Stops. Resolves with the ids of the orders when every request is answered and every order has ended. */
  async stop(): Promise<string[]> {
    this.#stop.abort();
    await this.#ended;
    await Promise.all(this.#pending);
    const ids = this.placed.flatMap(({ id }) => id ?? []);
    for (const id of ids) await this.#untilFinal(id);
    return ids;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let turn = 0; !signal.aborted; turn += 1) {
      const body = this.#bodies[turn % this.#bodies.length] ?? '';
      const one: Promise<void> = this.#place(body).finally(() => this.#pending.delete(one));
      this.#pending.add(one);
      await rest(everyMs, signal);
    }
  }

  async #place(body: string): Promise<void> {
    const begun = performance.now();
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const outcome = await this.#session
      .authorization()
      .then((authorization) => {
        const request = { method: 'POST', headers: { ...headers, ...authorization }, body } as const;
        return sendPatiently(`${this.#session.base}/v1/orders`, request, patienceMs);
      })
      .catch((error: Error) => error);
    const ms = Math.round(performance.now() - begun);
    if (outcome instanceof Error) this.placed.push({ ok: false, attempts: 0, ms, problem: outcome.message });
    else if (outcome.status === 201)
      this.placed.push({ ok: true, attempts: outcome.attempts, ms, id: jsonOf<Order>(outcome).id });
    else
      this.placed.push({
        ok: false,
        attempts: outcome.attempts,
        ms,
        problem: `${outcome.status} ${outcome.text.slice(0, 200)}`,
      });
  }

  #untilFinal(id: string): Promise<true> {
    const ended = async () => isSettled(await this.#session.get<Order>(`/v1/orders/${id}`)) || undefined;
    return eventually(`order ${id} to end`, ended, { withinMs: patienceMs, everyMs: 200 });
  }
}
