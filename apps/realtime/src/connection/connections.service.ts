import { DomainError } from '@halftone/kernel';
import { counter, gauge, Lifecycle } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../config';
import { Outbound, Turn, type Wire } from './outbound';

const open = gauge('realtime_connections', 'Connections that are open', ['transport']);
const deliveries = counter('realtime_deliveries_total', 'Events handed to a connection');
const slowConsumers = counter('realtime_slow_consumers_total', 'Connections closed because they did not read');

/** An open stream or a waiting poll. */
export interface Connection {
  readonly transport: 'websocket' | 'sse' | 'long-poll';
  /** Called once per heartbeat: keep the line awake, leave when nobody is there. */
  beat(): void;
  /** The process stops: say goodbye. `remove` must follow. */
  leave(): void;
}

/** Time the clients have to answer the goodbye. */
const goodbyeMs = 2_000;

/**
 * All connections of this replica. One timer serves every heartbeat. At the stop of the process no new ones come, all are told to
 * leave, and the stop goes on when the last is gone.
 */
@Injectable()
export class ConnectionsService {
  private readonly connections = new Set<Connection>();
  private readonly turn = new Turn();
  private readonly empty = Promise.withResolvers<void>();
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly lifecycle: Lifecycle,
  ) {
    lifecycle.onStart('serve', 'heartbeat', async () => this.startHeartbeat());
    // Before HTTP drains: to Node's server a stream is an idle connection, which it would cut off without a goodbye.
    lifecycle.onStop('refuse', 'connections', () => this.leave());
  }

  /** Throws UNAVAILABLE until the feed is in memory, and from the moment on in which the process begins to stop. */
  assertOpen(): void {
    if (!this.lifecycle.isReady)
      throw new DomainError('UNAVAILABLE', 'This replica takes no connections now; connect again');
  }

  add(connection: Connection): void {
    this.connections.add(connection);
    open.inc({ transport: connection.transport });
  }

  remove(connection: Connection): void {
    if (!this.connections.delete(connection)) return;
    open.dec({ transport: connection.transport });
    if (this.connections.size === 0 && this.lifecycle.isStopping) this.empty.resolve();
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
    if (this.connections.size === 0) return;
    for (const connection of this.connections) connection.leave();
    const late = setTimeout(() => this.empty.resolve(), goodbyeMs);
    await this.empty.promise;
    clearTimeout(late);
  }
}
