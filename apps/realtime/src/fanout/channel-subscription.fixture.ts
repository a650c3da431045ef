/** A feed in memory, and clients that may stop reading, for the specs of subscriptions. */
import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Position } from '../feed/cursor';
import { EncodedEvent, type Outgoing } from '../feed/encoded-event';
import { FeedWindow } from '../feed/window';
import { CatchUp, catchUpFrom } from './catch-up';
import { ChannelSubscription, type FeedSource, type Filter, type Sink } from './channel-subscription';
import { EventLoopTurn } from './event-loop-turn';
import { LiveChannels } from './live-channels';
import { Outbound, type Wire } from './outbound';

const channel = 'gallery';

/** More calls than a loop that yields makes between two turns. */
const endless = 10_000;

/** A socket that may stop reading. It lists the `seq` of the frames it has read. */
class Reader extends EventEmitter implements Wire {
  readonly writes: Uint8Array[] = [];
  writable = true;
  destroyed = false;
  writableLength = 0;
  stalled = false;
  /** Its own limit; below it a socket emits no `drain`. */
  highWaterMark = 0;
  private questions = 0;

  get writableNeedDrain() {
    if (this.questions === 0) setImmediate(() => (this.questions = 0));
    if (++this.questions > endless) throw new Error('a loop asks for space and never yields');
    return this.writable && this.writableLength > this.highWaterMark;
  }

  /** The waiting bytes are sent if the client reads, but it accepts no more and never emits `drain`. */
  end() {
    this.writable = false;
  }

  destroy() {
    this.end();
    this.destroyed = true;
    setImmediate(() => this.emit('close'));
  }

  write(bytes: Uint8Array): boolean {
    this.writes.push(bytes);
    if (this.stalled) this.writableLength += bytes.length;
    return !this.stalled;
  }

  read() {
    this.stalled = false;
    this.writableLength = 0;
    this.emit('drain');
  }

  get seen(): (number | string)[] {
    const text = Buffer.concat(this.writes).toString('latin1');
    return [...text.matchAll(/"seq":(\d+)|RESET (\d+)/g)].map(([all, seq]) => (seq ? Number(seq) : all));
  }
}

/** A connection as its subscriptions see it. */
class Client implements Sink {
  readonly wire = new Reader();
  readonly outbound: Outbound;
  overflows = 0;

  constructor(turn: EventLoopTurn, conflates: boolean) {
    const slowConsumer = conflates ? ('conflate' as const) : ('disconnect' as const);
    const egress = { turn, limit: 500, slowConsumer, overflowed: () => (this.overflows += 1) };
    this.outbound = new Outbound(egress, this.wire, 'json', { onOverflow: () => undefined });
  }

  event(event: Outgoing) {
    this.outbound.push(event.frame('json'));
  }

  ephemeral(event: Outgoing) {
    this.event(event);
  }

  reset({ seq }: { seq: number }) {
    this.outbound.push(Buffer.from(`RESET ${seq}`));
  }

  space() {
    return this.outbound.space();
  }
}

interface FollowOptions {
  conflates?: boolean;
  filter?: Filter;
  at?: Position;
  /** The client never reads. */
  stalled?: boolean;
}

export class Shop implements FeedSource {
  readonly turn = new EventLoopTurn();
  readonly live = new LiveChannels(this.turn);
  readonly window = new FeedWindow();
  private offset = 0;

  constructor() {
    this.window.open(0, 0);
  }

  async readLog(): Promise<never> {
    throw new Error('everything is in memory');
  }

  publish(seq: number, subject = 'orders/1', type = 'order.paid') {
    const position = { seq, partition: 0, offset: this.offset++ };
    const event = new EncodedEvent(channel, position, 0, type, subject, JSON.stringify({ seq, type, subject }));
    if (this.window.add(event)) this.live.publish(event);
  }

  follow({ conflates = false, filter, at, stalled = false }: FollowOptions = {}) {
    const client = new Client(this.turn, conflates);
    client.wire.stalled = stalled;
    const catchUp = at ? new CatchUp(channel, at) : catchUpFrom(this.window, channel, 0, undefined);
    const subscription = new ChannelSubscription(this, catchUp, client, filter);
    void subscription.run();
    return { client, wire: client.wire, subscription };
  }
}

export const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await nextTurn();
};
