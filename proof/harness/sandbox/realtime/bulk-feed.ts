/**
 * Writes a million events in seconds. kafkajs takes 40 µs to encode a record; here whole batches are encoded (kafka-record.ts)
 * and sent as if they were the output of its compression codec. kafkajs still handles connections and answers.
 */
import { eventsV1 } from '@halftone/contracts';
import kafkajs, { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { bodyOf, encodeRecords } from './kafka-record.ts';

export interface BulkFeed {
  brokers: string;
  topic: string;
  /** All events go to its partition. One in `oneIn` belongs to this channel, the rest to another one. */
  channel: string;
  oneIn: number;
  count: number;
  /** The time of all events. */
  time: Date;
}

// Not among the names that Node finds in a CommonJS module.
const { CompressionCodecs } = kafkajs;

/** Larger batches make kafkajs slow, because it copies them. */
const batch = 1_000;
const id = '01980000-0000-7000-8000-000000000000';
const about = { type: 'order.paid', subject: 'orders/1' } as const;

/** The topic must be empty. Resolves with the last sequence number of the channel. */
export async function writeBulkFeed({ brokers, topic, channel, oneIn, count, time }: BulkFeed): Promise<number> {
  const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'halftone.sandbox', logLevel: logLevel.NOTHING });
  const usual = Partitioners.DefaultPartitioner();
  let known: number | undefined;
  const producer = kafka.producer({ createPartitioner: () => (one) => (known ??= usual(one)) });
  const timestamp = String(time.getTime());
  const headers = { ce_id: id, ce_type: about.type, ce_subject: about.subject, ce_time: time.toISOString() };
  const body = (to: string, seq: number) => {
    const event = { ...about, id, channel: to, seq, time, data: '{}' };
    return bodyOf(to, eventsV1.FeedEvent.encode(event).finish(), headers);
  };
  const foreign = body('customer:somebody-else', 1);
  const bodyAt = (at: number) => (at % oneIn === 0 ? body(channel, at / oneIn + 1) : foreign);
  await producer.connect();
  try {
    for (let first = 0; first < count; first += batch) {
      const places = Array.from({ length: Math.min(batch, count - first) }, (_, n) => first + n);
      const send = () =>
        producer.send({
          ...{ topic, acks: -1, compression: CompressionTypes.GZIP },
          messages: places.map((_, n) => ({ key: channel, value: null, ...(n === 0 && { timestamp }) })),
        });
      await sendEncoded(encodeRecords(places.map(bodyAt)), send);
    }
  } finally {
    await producer.disconnect();
  }
  return Math.ceil(count / oneIn);
}

/** `send` sends these records instead of its own; their number must be equal. */
async function sendEncoded(records: Buffer, send: () => Promise<unknown>): Promise<void> {
  const bytes = gzipSync(records, { level: constants.Z_NO_COMPRESSION });
  const usual = CompressionCodecs[CompressionTypes.GZIP];
  const codec = { compress: async () => bytes, decompress: async (stored: Buffer) => gunzipSync(stored) };
  CompressionCodecs[CompressionTypes.GZIP] = () => codec;
  await send().finally(() => (CompressionCodecs[CompressionTypes.GZIP] = usual));
}
