/**
 * A past of a million events in seconds. kafkajs takes 40 µs to encode a record; here whole batches are encoded (`record.ts`) and given to
 * the broker through kafkajs's own place for other compressions, so that connections and answers remain its business.
 */
import { eventsV1 } from '@halftone/contracts';
import kafkajs, { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { bodyOf, encodeRecords } from './record.ts';

export interface Flood {
  brokers: string;
  topic: string;
  /** All events go to its partition; one in `oneIn` is its own, the others are somebody else's. */
  channel: string;
  oneIn: number;
  count: number;
  /** When all of it happened. */
  time: Date;
}

// Not among the names that Node finds in a CommonJS module.
const { CompressionCodecs } = kafkajs;

/** More make kafkajs slow, which groups them by copying. */
const batch = 1_000;
const id = '01980000-0000-7000-8000-000000000000';
const about = { type: 'order.paid', subject: 'orders/1' } as const;

/** The topic must be empty. Resolves with the number of the channel's last event. */
export async function flood({ brokers, topic, channel, oneIn, count, time }: Flood): Promise<number> {
  const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'halftone.stage', logLevel: logLevel.NOTHING });
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
      await sendInstead(encodeRecords(places.map(bodyAt)), send);
    }
  } finally {
    await producer.disconnect();
  }
  return Math.ceil(count / oneIn);
}

/** What is sent meanwhile is these records; as many must be sent. */
async function sendInstead(records: Buffer, send: () => Promise<unknown>): Promise<void> {
  const bytes = gzipSync(records, { level: constants.Z_NO_COMPRESSION });
  const usual = CompressionCodecs[CompressionTypes.GZIP];
  const codec = { compress: async () => bytes, decompress: async (stored: Buffer) => gunzipSync(stored) };
  CompressionCodecs[CompressionTypes.GZIP] = () => codec;
  await send().finally(() => (CompressionCodecs[CompressionTypes.GZIP] = usual));
}
