import type { eventsV1, EphemeralEvent } from '@halftone/contracts';
import { cursorOf, type Position } from './cursor';
import { sseFrame } from './sse-frame';
import { textFrame } from './text-frame';

/** What can be sent: the same JSON in the frame of each transport, built at most once however many connections get it. */
export interface Outgoing {
  readonly subject: string;
  readonly wsFrame: Buffer;
  readonly sseFrame: Buffer;
}

/** An event of the feed. `json` is what every transport shows; `at` is when Kafka took it, in epoch milliseconds. */
export class EncodedEvent implements Outgoing {
  private ws: Buffer | undefined;
  private sse: Buffer | undefined;

  constructor(
    readonly channel: string,
    readonly position: Position,
    readonly at: number,
    readonly type: string,
    readonly subject: string,
    readonly json: string,
  ) {}

  get wsFrame(): Buffer {
    return (this.ws ??= eventFrame(this.json));
  }

  get sseFrame(): Buffer {
    return (this.sse ??= sseFrame({ id: cursorOf(this.position), event: this.type, data: this.json }));
  }
}

const eventFrame = (json: string) => textFrame(`{"type":"event","event":${json}}`);

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
  const json = JSON.stringify({ id: cursorOf(position), seq, channel, type, subject, time: time.toISOString(), data });
  return new EncodedEvent(channel, position, at, type.replace(/[\r\n]/g, ' '), subject, json);
}

/** Passing events have neither id nor seq, so no transport can take one for a place to resume from. */
export function encodePassing({ type, subject, time, data }: EphemeralEvent): Outgoing {
  const json = JSON.stringify({ type, subject, time, data });
  return {
    subject,
    wsFrame: eventFrame(json),
    sseFrame: sseFrame({ event: type.replace(/[\r\n]/g, ' '), data: json }),
  };
}
