/** A system that takes orders. The bench drives Halftone and the limit program through it alike. */
/** An event on a WebSocket; `at` as of `performance.now()`. */
export interface ReceivedEvent {
  /** The order that it is about. */
  order: string;
  type: string;
  at: number;
}

export interface OpenListeners {
  /** Grows while events arrive. */
  received: readonly ReceivedEvent[];
  close(): Promise<unknown>;
}

export interface Placed {
  id: string;
  sentAt: number;
  answeredAt: number;
  /** More than 1 on a machine that is too busy to answer in time. */
  tries: number;
}

export interface OrderShop {
  name: 'ours' | 'limit';
  /** Its processes, without the engines. */
  processes(): Record<string, number>;
  /** Folder where its processes write how many requests they sent to Kafka. */
  countsFolder: string;
  /** The URL of its database. */
  databaseUrl: string;
  /** A new order of the cheapest product, paid from the wallet. Rejects unless the answer is 201. */
  place(customer: string, key: string): Promise<Placed>;
  /** A WebSocket per customer, all connected. */
  listen(customers: readonly string[]): Promise<OpenListeners>;
  /** Resolves when nothing is under way, with what is wrong; nothing is, when the list is empty. */
  check(): Promise<string[]>;
}
