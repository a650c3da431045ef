import type { OutboxRow } from '@halftone/postgres';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';

/** An event as a handler gets it. `V` is the decoded protobuf value. */
export interface Received<V> extends Envelope {
  value: V;
}

/** All attributes of an event, without its value. */
export interface Envelope {
  /** UUIDv7, the same at every delivery. */
  id: string;
  type: string;
  subject: string;
  key: string;
  /** Version of the aggregate, 1..n. */
  sequence: number;
  time: Date;
  topic: string;
  partition: number;
  offset: string;
  /** W3C trace context of the publication. */
  traceparent: string | undefined;
}

/** CloudEvents Kafka protocol binding 1.0.2, binary mode: attributes are headers, the value is the bare protobuf. */
export const toMessage = (row: OutboxRow, source: string): Message => ({
  key: row.key,
  value: row.value,
  headers: {
    ce_specversion: '1.0',
    ce_id: row.eventId,
    ce_source: source,
    ce_type: row.type,
    ce_subject: row.subject,
    ce_time: row.time.toISOString(),
    ce_sequence: String(row.sequence),
    'content-type': 'application/protobuf',
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  },
});

/** The message is not an event of ours, or its value does not decode. A retry cannot help. */
export class UndecodableError extends Error {
  override readonly name = 'UndecodableError';
}

export function envelopeOf(topic: string, partition: number, { headers = {}, key, offset }: KafkaMessage): Envelope {
  const required = (name: string): string => {
    const text = headerOf(headers, name);
    if (text === undefined) throw new UndecodableError(`header ${name} is missing`);
    return text;
  };
  return {
    id: matching('ce_id', required('ce_id'), uuid),
    type: required('ce_type'),
    subject: required('ce_subject'),
    key: key?.toString() ?? '',
    sequence: Number(matching('ce_sequence', headerOf(headers, 'ce_sequence') ?? '0', wholeNumber)),
    time: timeOf(required('ce_time')),
    topic,
    partition,
    offset,
    traceparent: headerOf(headers, 'traceparent'),
  };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const wholeNumber = /^\d{1,15}$/;
/** RFC 3339, from year 0 on. */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

function matching(name: string, text: string, pattern: RegExp): string {
  if (!pattern.test(text)) throw new UndecodableError(`header ${name} has a wrong format`);
  return text;
}

function timeOf(text: string): Date {
  const time = new Date(matching('ce_time', text, timestamp));
  if (!(time.getTime() >= 0)) throw new UndecodableError('header ce_time is not a valid time');
  return time;
}

/** Decodes the value with the topic's codec; throws UndecodableError. An event always has a value. */
export function decodeValue<V>(codec: { decode(bytes: Uint8Array): V }, value: Buffer | null): V {
  if (!value || value.length === 0) throw new UndecodableError('there is no value');
  try {
    return codec.decode(value);
  } catch (error) {
    throw new UndecodableError('the value does not decode', { cause: error });
  }
}

export const headerOf = (headers: IHeaders, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0]?.toString() : value?.toString();
};
