import { type EphemeralEvent, type eventsV1, realtimeV1 } from '@halftone/contracts';
import { cursorOf, type Position } from './cursor';
import { sseFrame } from './sse-frame';
import { binaryFrame, textFrame } from './websocket-frame';

/** How an event looks on a wire: a WebSocket's text frame, its binary frame, a frame of an event stream. */
export type Format = 'json' | 'proto' | 'sse';

/** What can be sent: framed at most once per format, however many connections get it. */
export interface Outgoing {
  readonly type: string;
  readonly subject: string;
  frame(format: Format): Buffer;
}

/** What every transport shows of an event. A passing one has neither id, seq nor channel. */
interface Shown {
  id?: string;
  seq?: number;
  channel?: string;
  type: string;
  subject: string;
  time: string;
  data: unknown;
}

/** Bytes an event takes in memory besides its JSON, and how often that is held at most: as text and in each format. */
const overhead = 1_024;
const copies = 4;

abstract class Framed implements Outgoing {
  private readonly frames: Partial<Record<Format, Buffer>> = {};

  constructor(
    readonly type: string,
    readonly subject: string,
    /** What every transport shows. */
    readonly json: string,
  ) {}

  frame(format: Format): Buffer {
    return (this.frames[format] ??= this.encode(format));
  }

  protected abstract get id(): string | undefined;

  private encode(format: Format): Buffer {
    switch (format) {
      case 'json':
        return textFrame(`{"type":"event","event":${this.json}}`);
      case 'proto':
        return binaryFrame(protoOf(JSON.parse(this.json) as Shown));
      case 'sse':
        return sseFrame({ id: this.id, event: this.type, data: this.json });
      default:
        return format satisfies never;
    }
  }
}

/** An event of the feed; `at` is when this replica read it, in epoch milliseconds. */
export class EncodedEvent extends Framed {
  constructor(
    readonly channel: string,
    readonly position: Position,
    readonly at: number,
    type: string,
    subject: string,
    json: string,
  ) {
    super(type, subject, json);
  }

  /** The most memory it can take, in bytes, once somebody asked for it in every format. */
  get weight(): number {
    return overhead + copies * this.json.length;
  }

  protected get id(): string {
    return cursorOf(this.channel, this.position);
  }
}

/** Neither id nor seq, so that no transport can take it for a place to resume from. */
class PassingEvent extends Framed {
  protected get id(): undefined {
    return undefined;
  }
}

function protoOf({ id = '', seq = 0, channel = '', type, subject, time, data }: Shown): Uint8Array {
  const event = { id, seq, channel, type, subject, time: new Date(time), data: JSON.stringify(data) };
  return realtimeV1.ServerMessage.encode({ event }).finish();
}

/** Event streams end a field at a line break. */
const oneLine = (type: string) => type.replace(/[\r\n]/g, ' ');

/** Throws when `data` is not JSON or a required field is missing: such a record was not written by the notifications service. */
export function encodeFeedEvent(
  event: eventsV1.FeedEvent,
  partition: number,
  offset: number,
  at: number,
): EncodedEvent {
  const { seq, channel, type, subject, time } = event;
  if (!channel || !time || seq < 1) throw new Error('a feed event needs channel, seq and time');
  const position = { seq, partition, offset };
  // Parsed and written again: what goes out is JSON without line breaks, whatever came in.
  const data: unknown = JSON.parse(event.data || '{}');
  const json = JSON.stringify({
    id: cursorOf(channel, position),
    seq,
    channel,
    type,
    subject,
    time: time.toISOString(),
    data,
  });
  return new EncodedEvent(channel, position, at, oneLine(type), subject, json);
}

export function encodePassing({ type, subject, time, data }: EphemeralEvent): Outgoing {
  return new PassingEvent(oneLine(type), subject, JSON.stringify({ type, subject, time, data }));
}
