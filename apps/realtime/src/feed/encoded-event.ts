import { type EphemeralEvent, type eventsV1, realtimeV1 } from '@halftone/contracts';
import { cursorOf, type Position } from './cursor';
import { sseFrame } from '../wire/sse-frame';
import { binaryFrame, textFrame } from '../wire/websocket-frame';

/** The wire format of an event: a WebSocket text frame, a binary frame, or a frame of an event stream. */
export type Format = 'json' | 'proto' | 'sse';

/** An event that is framed at most once per format, for any number of connections. */
export interface Outgoing {
  readonly type: string;
  readonly subject: string;
  frame(format: Format): Buffer;
}

/** The public fields of an event. An ephemeral event has no id, seq or channel. */
interface PublicFields {
  id?: string;
  seq?: number;
  channel?: string;
  type: string;
  subject: string;
  time: string;
  data: unknown;
}

/** Bytes of an event in memory besides its JSON. */
const overhead = 1_024;
/** The number of frames besides the text. */
const formats = 3;
/** V8 stores text beyond Latin-1 with two bytes per UTF-16 unit. */
const textUnit = 2;

abstract class Framed implements Outgoing {
  private readonly frames: Partial<Record<Format, Buffer>> = {};
  /** The size of `json` in UTF-8. */
  readonly bytes: number;

  constructor(
    readonly type: string,
    readonly subject: string,
    /** The public fields as JSON. */
    readonly json: string,
  ) {
    this.bytes = Buffer.byteLength(json);
  }

  frame(format: Format): Buffer {
    return (this.frames[format] ??= this.encode(format));
  }

  protected abstract get id(): string | undefined;

  private encode(format: Format): Buffer {
    switch (format) {
      case 'json':
        return textFrame(`{"type":"event","event":${this.json}}`);
      case 'proto':
        return binaryFrame(protoOf(JSON.parse(this.json) as PublicFields));
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

  /** Its maximum memory in bytes, with the frames of every format. */
  get weight(): number {
    const text = this.json.length;
    return overhead + (this.bytes > text ? textUnit * text : text) + formats * this.bytes;
  }

  protected get id(): string {
    return cursorOf(this.channel, this.position);
  }
}

/** Has no id and no seq, so no client can resume from it. */
class EncodedEphemeral extends Framed {
  protected get id(): undefined {
    return undefined;
  }
}

function protoOf({ id = '', seq = 0, channel = '', type, subject, time, data }: PublicFields): Uint8Array {
  const event = { id, seq, channel, type, subject, time: new Date(time), data: JSON.stringify(data) };
  return realtimeV1.ServerMessage.encode({ event }).finish();
}

/** A line break would end a field of an event stream. */
const oneLine = (type: string) => type.replace(/[\r\n]/g, ' ');

/** Throws when `data` is not JSON or a required field is missing; the notifications service writes no such record. */
export function encodeFeedEvent(
  event: eventsV1.FeedEvent,
  partition: number,
  offset: number,
  at: number,
): EncodedEvent {
  const { seq, channel, type, subject, time } = event;
  if (!channel || !time || seq < 1) throw new Error('a feed event needs channel, seq and time');
  const position = { seq, partition, offset };
  // Parsed and serialized again, so that the JSON has no line breaks.
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

export function encodeEphemeral({ type, subject, time, data }: EphemeralEvent): Outgoing {
  return new EncodedEphemeral(oneLine(type), subject, JSON.stringify({ type, subject, time, data }));
}
