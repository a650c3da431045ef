import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@halftone/kernel';
import { counter, gauge, Lifecycle } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../config';
import { reconnectHint, waveMs, wavesOf } from './goodbye';
import { Outbound, Turn, type Wire } from './outbound';

const transports = ['websocket', 'sse', 'long-poll'] as const;
const reasons = ['client', 'goodbye', 'slow', 'heartbeat'] as const;

/** Who ended a connection: the client or its network; we at our stop; we because it did not read; or because it answered no ping. */
export type CloseReason = (typeof reasons)[number];

const open = gauge('realtime_connections', 'Connections that are open', { transport: transports });
const closes = counter(
  'realtime_closes_total',
  'Connections that ended, by who ended them; an answered poll ends by itself',
  {
    transport: transports,
    reason: reasons,
  },
);
const deliveries = counter('realtime_deliveries_total', 'Events handed to a connection');
const slowConsumers = counter('realtime_slow_consumers_total', 'Connections closed because they did not read');

/** An open stream or a waiting poll. */
export interface Connection {
  readonly transport: (typeof transports)[number];
  /** Called once per heartbeat: keep the line awake, leave when nobody is there. */
  beat(): void;
  /** The process stops: say goodbye, and when to come back (ms). `remove` must follow. */
  leave(reconnectInMs: number): void;
  /** Who has not gone after its goodbye is left no choice. */
  cut(): void;
}

/** Time the last clients have to answer the goodbye. */
const goodbyeMs = 1_000;

/**
 * All connections of this replica. One timer serves every heartbeat. At the stop of the process no new ones come, all are told to
 * leave, in waves over REALTIME_DRAIN_MS (polls, which come back anyway, at once), and the stop goes on when the last is gone, at the latest a
 * second after the last wave.
 */
@Injectable()
export class ConnectionsService {
  private readonly connections = new Set<Connection>();
  private readonly turn = new Turn();
  private readonly empty = Promise.withResolvers<void>();
  private heartbeat: NodeJS.Timeout | undefined;
  private isLeaving = false;

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly lifecycle: Lifecycle,
  ) {
    lifecycle.onStart('serve', 'heartbeat', async () => this.startHeartbeat());
    // Before HTTP drains: to Node's server a stream is an idle connection, which it would cut off without a goodbye.
    lifecycle.onStop('refuse', 'connections', () => this.leave());
  }

  /** Throws UNAVAILABLE until the feed is in memory, and when the lame duck of a stop is over. */
  assertOpen(): void {
    if (!this.lifecycle.isServing)
      throw new DomainError('UNAVAILABLE', 'This replica takes no connections now; connect again');
  }

  add(connection: Connection): void {
    this.connections.add(connection);
    open.inc({ transport: connection.transport });
    // It was let in before the stop and its ticket looked up meanwhile.
    if (this.isLeaving) setImmediate(() => connection.leave(reconnectHint()));
  }

  remove(connection: Connection, reason?: CloseReason): void {
    if (!this.connections.delete(connection)) return;
    const { transport } = connection;
    open.dec({ transport });
    if (reason) closes.inc({ transport, reason });
    if (this.connections.size === 0 && this.isLeaving) this.empty.resolve();
  }

  /** The way out to a socket; `onOverflow` has to close it. */
  outbound(wire: Wire, onOverflow: () => void): Outbound {
    return new Outbound(this.turn, wire, this.config.REALTIME_MAX_BUFFERED_BYTES, () => {
      slowConsumers.inc();
      onOverflow();
    });
  }

  delivered(count = 1): void {
    deliveries.inc(count);
  }

  private startHeartbeat(): void {
    const beat = () => {
      for (const connection of this.connections) connection.beat();
    };
    this.heartbeat = setInterval(beat, this.config.REALTIME_HEARTBEAT_SECONDS * 1_000).unref();
  }

  private async leave(): Promise<void> {
    clearInterval(this.heartbeat);
    this.isLeaving = true;
    if (this.connections.size === 0) return;
    const all = [...this.connections];
    const streams = all.filter(({ transport }) => transport !== 'long-poll');
    for (const connection of all) if (connection.transport === 'long-poll') connection.leave(0);
    for (const [turn, wave] of wavesOf(streams, this.config.REALTIME_DRAIN_MS).entries()) {
      if (turn > 0) await sleep(waveMs);
      for (const stream of wave) stream.leave(reconnectHint());
    }
    const late = setTimeout(() => this.empty.resolve(), goodbyeMs);
    if (this.connections.size > 0) await this.empty.promise;
    clearTimeout(late);
    for (const connection of this.connections) connection.cut();
  }
}
