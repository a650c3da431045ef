import { eventsV1 } from '@halftone/contracts';
import type { KafkaMessage } from 'kafkajs';
import { Collection } from './collection.ts';

const message = (headers: Record<string, string>, value: Buffer | null, offset = '0'): KafkaMessage => ({
  key: Buffer.from('alice'),
  value,
  headers,
  offset,
  timestamp: '1000',
  attributes: 0,
});

const value = Buffer.from(
  eventsV1.OrderEvent.encode(eventsV1.OrderEvent.fromPartial({ order: { id: 'o1' } })).finish(),
);
const headers = { ce_id: 'e1', ce_type: 'order.placed', ce_subject: 'orders/o1', ce_sequence: '1' };
const topic = 'halftone.orders.v1';

test('an event is kept once, however often it came', () => {
  const collection = new Collection();
  collection.add(topic, message(headers, value));
  collection.add(topic, message(headers, value, '1'));
  expect(collection.records).toMatchObject({
    orders: [{ id: 'e1', key: 'alice', sequence: 1, value: { order: { id: 'o1' } } }],
    wireDuplicates: 1,
    strangers: 0,
  });
});

test.each<[string, KafkaMessage]>([
  ['without an id', message({ ce_type: 'order.placed' }, value)],
  ['without a value', message(headers, null)],
  ['of a type nobody knows', message({ ...headers, ce_type: 'order.exploded' }, value)],
  ['that is garbage', message(headers, Buffer.from([0xff, 0xff, 0xff]))],
])('a record %s is foreign', (_what, record) => {
  const collection = new Collection();
  collection.add(topic, record);
  expect(collection.records).toMatchObject({ orders: [], strangers: 1 });
});

test('a dead letter is read with what became of it', () => {
  const collection = new Collection();
  const why = { dlq_reason: 'X', dlq_topic: topic, dlq_partition: '0', dlq_offset: '4', dlq_record_time: '1' };
  collection.addDead('halftone.orders', message({ ...headers, ...why }, value));
  collection.addDead('halftone.orders', message({ dlq_resolves: '0', dlq_resolution: 'dropped' }, null, '1'));
  expect(collection.records.letters).toEqual([
    { id: 'halftone.orders/0', group: 'halftone.orders', state: 'dropped', eventId: 'e1' },
  ]);
});

test('what a partition has forgotten bounds what can be judged', () => {
  const collection = new Collection();
  for (const ms of [5, 9, 7]) collection.forgetBefore(new Date(ms));
  expect(collection.records.keptSince).toEqual(new Date(9));
});
