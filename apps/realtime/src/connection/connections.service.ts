import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@halftone/kernel';
import { counter, gauge, Lifecycle } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { AdmissionService } from '../admission/admission.service';
import { CONFIG, type RealtimeConfig } from '../config';
import { farewell, waveMs, wavesOf, type Farewell } from './goodbye';
import type { Format } from '../fanout/encoded-event';
import { type Egress, Outbound, type Wire } from '../fanout/outbound';
import { Turn } from '../fanout/turn';
import { StormCollector } from './storm.collector';

const transports = ['websocket', 'sse', 'long-poll'] as const;
const reasons = ['client', 'goodbye', 'slow', 'heartbeat', 'rate', 'expired'] as const;

/**
 * Who ended a connection: the client or its network; we at our stop; or we because it did not read, answered no ping, said too much, or its
 * token had expired.
 */
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
const slowConsumers = counter('realtime_slow_consumers_total', 'Connections closed because they did not read');

/** An open stream or a waiting poll. */
export interface Connection {
  readonly transport: (typeof transports)[number];
  /** Called once per heartbeat: keep the line awake, leave when nobody is there. */
  beat(): void;
  /** Called about once a second, with the time (epoch ms): what is to end by itself ends here, so that no connection needs a timer. */
  tick?(now: number): void;
  /** The process stops: say goodbye, and when to come back. `remove` must follow. */
  leave(farewell: Farewell): void;
  /** Who has not gone after its goodbye is left no choice. */
  cut(): void;
}

/** Time from one look at all connections to the next. */
const sweepMs = 1_000;

/** Time the last clients have to answer the goodbye. */
const goodbyeMs = 1_000;

/**
 * All connections of this replica. One timer serves every heartbeat and every end that is due. At the stop of the process no new ones come, all are told to
 * leave, in waves over REALTIME_DRAIN_MS (polls, which come back anyway, at once), and the stop goes on when the last is gone, at the latest a
 * second after the last wave.
 */
@Injectable()
export class ConnectionsService {
  /** Each with the time of its next heartbeat, so that they are spread as the connections came. */
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
    private readonly turn: Turn,
    private readonly admission: AdmissionService,
  ) {
    admission.connections = () => this.connections.size;
    const limit = config.REALTIME_MAX_BUFFERED_BYTES;
    this.egress = {
      turn,
      limit,
      conflates: config.REALTIME_SLOW_CONSUMER === 'conflate',
      overflowed: () => slowConsumers.inc(),
    };
    this.beatMs = config.REALTIME_HEARTBEAT_SECONDS * 1_000;
    lifecycle.onStart('serve', 'heartbeat', async () => this.startSweep());
    // Before HTTP drains: to Node's server a stream is an idle connection, which it would cut off without a goodbye.
    lifecycle.onStop('refuse', 'connections', () => this.leave());
  }

  /** Throws UNAVAILABLE until the feed is in memory, and when the lame duck of a stop is over. */
  assertOpen(): void {
    if (!this.lifecycle.isServing)
      throw new DomainError('UNAVAILABLE', 'This replica takes no connections now; connect again');
  }

  /** Also throws OVERLOADED: for who means to stay, before anything is done for it. */
  assertRoom(isLongPoll = false): void {
    this.assertOpen();
    this.admission.admit(isLongPoll);
  }

  add(connection: Connection): void {
    this.storm.hasOpened();
    this.connections.set(connection, Date.now() + this.beatMs);
    open.inc({ transport: connection.transport });
    // It was let in before the stop and its ticket looked up meanwhile.
    if (this.isLeaving) setImmediate(() => connection.leave(this.farewell()));
  }

  remove(connection: Connection, reason?: CloseReason): void {
    if (!this.connections.delete(connection)) return;
    const { transport } = connection;
    open.dec({ transport });
    if (reason) closes.inc({ transport, reason });
    if (this.connections.size === 0 && this.isLeaving) this.empty.resolve();
  }

  /** The way out to a socket; the owner has to close it when it overflows. */
  outbound(wire: Wire, format: Format, owner: { onOverflow(): void }): Outbound {
    return new Outbound(this.egress, wire, format, owner);
  }

  delivered(count = 1): void {
    this.turn.delivered(count);
  }

  private startSweep(): void {
    this.sweeping = setInterval(() => this.sweep(Date.now()), Math.min(sweepMs, this.beatMs)).unref();
  }

  private sweep(now: number): void {
    this.storm.tick(this.connections.size);
    for (const [connection, due] of this.connections) {
      connection.tick?.(now);
      if (now < due) continue;
      // Before the beat, which may remove it.
      this.connections.set(connection, now + this.beatMs);
      connection.beat();
    }
  }

  private farewell(): Farewell {
    return farewell(this.config.REALTIME_BACK_AT);
  }

  private async leave(): Promise<void> {
    clearInterval(this.sweeping);
    this.isLeaving = true;
    if (this.connections.size === 0) return;
    const all = [...this.connections.keys()];
    const streams = all.filter(({ transport }) => transport !== 'long-poll');
    for (const connection of all) if (connection.transport === 'long-poll') connection.leave(this.farewell());
    for (const [turn, wave] of wavesOf(streams, this.config.REALTIME_DRAIN_MS).entries()) {
      if (turn > 0) await sleep(waveMs);
      for (const stream of wave) stream.leave(this.farewell());
    }
    const late = setTimeout(() => this.empty.resolve(), goodbyeMs);
    if (this.connections.size > 0) await this.empty.promise;
    clearTimeout(late);
    for (const connection of this.connections.keys()) connection.cut();
  }
}
