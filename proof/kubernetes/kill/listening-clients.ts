/** Clients of one customer that stay connected while a pod is deleted. All must receive the same events. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '../../harness/clients/api.ts';
import { Listener } from '../../harness/clients/listener.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import type { Session } from '../../harness/clients/session.ts';
import { notificationsAfter } from '../../harness/clients/shop.ts';
import type { FeedEvent, TransportName } from '@halftone/client';

export interface ClientReport {
  client: string;
  /** Time in ms from the deletion to the first cut, and from there to the reconnect. Absent without a cut. */
  cutAfterMs?: number;
  backAfterMs?: number;
  cuts: number;
  received: number;
  lost: number;
  duplicated: number;
  resets: number;
}

interface Client {
  name: string;
  listener: Listener;
}

/** How long the last event may take to reach every client after the recovery. */
const settleMs = 60_000;

const endings = ['order.shipped', 'order.payment_failed', 'order.refunded'];

export class ListeningClients {
  readonly #clients: readonly Client[];
  readonly #session: Session;
  readonly #base: number;

  private constructor(session: Session, base: number, clients: readonly Client[]) {
    this.#session = session;
    this.#base = base;
    this.#clients = clients;
  }

  static async open(
    session: Session,
    urls: readonly string[],
    sockets: number,
    streams: number,
  ): Promise<ListeningClients> {
    const start = (transport: TransportName, count: number) =>
      Array.from({ length: count }, async (_, index) => ({
        name: `${transport} ${index + 1}`,
        listener: await Listener.start({ session, urls, transport }),
      }));
    const clients = await Promise.all([...start('websocket', sockets), ...start('sse', streams)]);
    // Read when all clients listen: every client must receive each later event.
    const [last] = (await session.get<Page<FeedEvent>>('/v1/notifications?limit=1')).items;
    return new ListeningClients(session, last?.seq ?? 0, clients);
  }

  get size(): number {
    return this.#clients.length;
  }

  get connected(): number {
    return this.#clients.filter(({ listener }) => listener.url !== undefined).length;
  }

  get cuts(): number {
    return this.#clients.reduce((sum, { listener }) => sum + listener.cuts.length, 0);
  }

  get received(): number {
    return this.#clients.reduce((sum, { listener }) => sum + listener.received.length, 0);
  }

  allBack(signal: AbortSignal): Promise<true> {
    const back = () => {
      signal.throwIfAborted();
      return this.connected === this.size || undefined;
    };
    return eventually('every client to be back', back, { withinMs: settleMs });
  }

  /**
   * Compares with the notifications in the database, after these orders have ended and every client had time to catch up.
   */
  async report(orders: readonly string[], deletedAt: number): Promise<ClientReport[]> {
    const expected = await this.#notificationsOf(orders);
    const range = { after: this.#base, until: expected.at(-1)?.seq ?? this.#base };
    const deadline = performance.now() + settleMs;
    const late = () => this.#clients.some(({ listener }) => listener.lastSeq < range.until);
    while (late() && performance.now() < deadline) await sleep(100);
    return this.#clients.map(({ name, listener }) => reportOf(name, listener, range, deletedAt));
  }

  #notificationsOf(orders: readonly string[]): Promise<FeedEvent[]> {
    const what = `the end of all ${orders.length} orders to be notified`;
    const complete = async () => {
      const all = await notificationsAfter(this.#session, this.#base);
      const ended = new Set(all.filter(({ type }) => endings.includes(type)).map(({ subject }) => subject));
      return orders.every((id) => ended.has(`orders/${id}`)) ? all : undefined;
    };
    return eventually(what, complete, { withinMs: settleMs, everyMs: 500 });
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map(({ listener }) => listener.close()));
  }
}

function reportOf(
  client: string,
  listener: Listener,
  range: { after: number; until: number },
  deletedAt: number,
): ClientReport {
  const { lost, duplicated } = listener.tally(range);
  const [first] = listener.cuts.filter(({ at }) => at >= deletedAt);
  return {
    client,
    ...(first && { cutAfterMs: Math.round(first.at - deletedAt) }),
    ...(first?.backAt !== undefined && { backAfterMs: Math.round(first.backAt - first.at) }),
    cuts: listener.cuts.length,
    received: listener.received.length,
    lost,
    duplicated,
    resets: listener.resets,
  };
}
