import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@halftone/kernel';
import { counter, gauge, Lifecycle } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { AdmissionService } from '../access/admission.service';
import { CONFIG, type RealtimeConfig } from '../config';
import { goodbye, waveMs, wavesOf, type Goodbye } from './goodbye';
import type { Format } from '../feed/encoded-event';
import { type Egress, Outbound, type Wire } from '../fanout/outbound';
import { EventLoopTurn } from '../fanout/event-loop-turn';
import { StormCollector } from './storm-collector.service';

const transports = ['websocket', 'sse', 'long-poll'] as const;
const reasons = ['client', 'goodbye', 'slow', 'heartbeat', 'rate', 'expired'] as const;

/**
 * Why a connection ended: the client or its network (`client`), a stop (`goodbye`), a slow client, a missed ping (`heartbeat`),
 * too many messages (`rate`), or an expired token.
 */
export type CloseReason = (typeof reasons)[number];

const open = gauge('realtime_connections', 'Open connections', { transport: transports });
const closes = counter('realtime_closes_total', 'Ended connections by reason; an answered poll is not counted', {
  transport: transports,
  reason: reasons,
});
const slowConsumers = counter('realtime_slow_consumers_total', 'Connections closed because the client did not read');

/** An open stream or a waiting poll. */
export interface Connection {
  readonly transport: (typeof transports)[number];
  /** Called once per heartbeat: keeps the connection alive, or ends it if the client does not answer. */
  beat(): void;
  /** Called about once a second with the time in epoch ms: checks timeouts, so that no connection needs a timer. */
  tick?(now: number): void;
  /** Called at a stop: sends a goodbye with the time to reconnect. `remove` must follow. */
  leave(goodbye: Goodbye): void;
  /** Ends a connection that is still open after its goodbye. */
  cut(): void;
}

/** The interval of the sweep over all connections. */
const sweepMs = 1_000;

/** How long the last clients have to answer the goodbye. */
const goodbyeMs = 1_000;

/**
 * All connections of this replica. One timer serves all heartbeats and timeouts. A stop admits no new connections. It sends a goodbye
 * to all, in waves over REALTIME_DRAIN_MS; polls end immediately. It continues when the last connection has ended,
 * at the latest a second after the last wave.
 */
@Injectable()
export class ConnectionsService {
  /** Each with the time of its next heartbeat, so that heartbeats are spread like the arrivals. */
  private readonly connections = new Map<Connection, number>();
  private readonly egress: Egress;
  private readonly empty = Promise.withResolvers<void>();
  private readonly storm = new StormCollector();
  private readonly beatMs: number;
  private sweeping: NodeJS.Timeout | undefined;
  private isLeaving = false;

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly lifecycle: Lifecycle,
    private readonly turn: EventLoopTurn,
    private readonly admission: AdmissionService,
  ) {
    admission.connections = () => this.connections.size;
    const limit = config.REALTIME_MAX_BUFFERED_BYTES;
    this.egress = {
      turn,
      limit,
      slowConsumer: config.REALTIME_SLOW_CONSUMER,
      overflowed: () => slowConsumers.inc(),
    };
    this.beatMs = config.REALTIME_HEARTBEAT_SECONDS * 1_000;
  }

  /** Throws UNAVAILABLE until the feed is in memory, and from the late phase of a stop on. */
  assertOpen(): void {
    if (!this.lifecycle.isServing)
      throw new DomainError('UNAVAILABLE', 'This replica accepts no connections now; connect again');
  }

  /** For a stream or long poll; also throws OVERLOADED. Called before any other work. */
  assertCapacity(isLongPoll = false): void {
    this.assertOpen();
    this.admission.admit(isLongPoll);
  }

  /** For a short poll; also throws OVERLOADED. */
  assertPollCapacity(): void {
    this.assertOpen();
    this.admission.admitShortPoll();
  }

  add(connection: Connection): void {
    this.storm.hasOpened();
    this.connections.set(connection, Date.now() + this.beatMs);
    open.inc({ transport: connection.transport });
    // It was admitted before the stop, and its ticket was redeemed during it.
    if (this.isLeaving) setImmediate(() => connection.leave(this.goodbye()));
  }

  remove(connection: Connection, reason?: CloseReason): void {
    if (!this.connections.delete(connection)) return;
    const { transport } = connection;
    open.dec({ transport });
    if (reason) closes.inc({ transport, reason });
    if (this.connections.size === 0 && this.isLeaving) this.empty.resolve();
  }

  /** The outbound queue of a socket; the owner must close the socket when it overflows. */
  outbound(wire: Wire, format: Format, owner: { onOverflow(): void }): Outbound {
    return new Outbound(this.egress, wire, format, owner);
  }

  delivered(count = 1): void {
    this.turn.delivered(count);
  }

  start(): void {
    this.sweeping = setInterval(() => this.sweep(Date.now()), Math.min(sweepMs, this.beatMs)).unref();
  }

  private sweep(now: number): void {
    this.storm.tick(this.connections.size);
    for (const [connection, due] of this.connections) {
      connection.tick?.(now);
      if (now < due) continue;
      // Set before the beat, which may remove the connection.
      this.connections.set(connection, now + this.beatMs);
      connection.beat();
    }
  }

  private goodbye(): Goodbye {
    return goodbye(this.config.REALTIME_BACK_AT);
  }

  /** Resolves when all connections have ended. */
  async leave(): Promise<void> {
    clearInterval(this.sweeping);
    this.isLeaving = true;
    if (this.connections.size === 0) return;
    const all = [...this.connections.keys()];
    const streams = all.filter(({ transport }) => transport !== 'long-poll');
    for (const connection of all) if (connection.transport === 'long-poll') connection.leave(this.goodbye());
    for (const [turn, wave] of wavesOf(streams, this.config.REALTIME_DRAIN_MS).entries()) {
      if (turn > 0) await sleep(waveMs);
      for (const stream of wave) stream.leave(this.goodbye());
    }
    const late = setTimeout(() => this.empty.resolve(), goodbyeMs);
    if (this.connections.size > 0) await this.empty.promise;
    clearTimeout(late);
    for (const connection of this.connections.keys()) connection.cut();
  }
}
