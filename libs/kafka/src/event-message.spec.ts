import type { KafkaMessage } from 'kafkajs';
import { decodeValue, envelopeOf, toMessage, UndecodableError } from './event-message';

const row = {
  id: 1,
  eventId: '019a0000-0000-7000-8000-000000000001',
  topic: 'halftone.orders.v1',
  key: 'alice',
  type: 'order.placed',
  subject: 'orders/1',
  sequence: 3,
  value: Buffer.from('value'),
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  time: new Date('2026-01-01T00:00:00.123Z'),
};

/** As the broker returns it: all values are bytes. */
const received = (headers: Record<string, string | undefined>): KafkaMessage => ({
  key: Buffer.from('alice'),
  value: row.value,
  timestamp: '0',
  attributes: 0,
  offset: '42',
  headers: Object.fromEntries(
    Object.entries(headers).flatMap(([name, text]) => (text ? [[name, Buffer.from(text)]] : [])),
  ),
});
const headersOf = () => toMessage(row, 'orders').headers as Record<string, string>;

test('an outbox row becomes a CloudEvent in binary mode', () => {
  expect(toMessage(row, 'orders')).toEqual({
    key: 'alice',
    value: row.value,
    headers: {
      ce_specversion: '1.0',
      ce_id: row.eventId,
      ce_source: 'orders',
      ce_type: 'order.placed',
      ce_subject: 'orders/1',
      ce_time: '2026-01-01T00:00:00.123Z',
      ce_sequence: '3',
      'content-type': 'application/protobuf',
      traceparent: row.traceparent,
    },
  });
});

test('envelopeOf reads all attributes back', () => {
  expect(envelopeOf('halftone.orders.v1', 2, received(headersOf()))).toEqual({
    id: row.eventId,
    type: 'order.placed',
    subject: 'orders/1',
    key: 'alice',
    sequence: 3,
    time: row.time,
    topic: 'halftone.orders.v1',
    partition: 2,
    offset: '42',
    traceparent: row.traceparent,
  });
});

test.each(['ce_id', 'ce_type', 'ce_subject', 'ce_time'])('a message without %s is not an event', (name) => {
  expect(() => envelopeOf('t', 0, received({ ...headersOf(), [name]: undefined }))).toThrow(UndecodableError);
});

test('a codec that throws gives UndecodableError', () => {
  const decode = () => {
    throw new RangeError('index out of range');
  };
  expect(() => decodeValue({ decode }, row.value)).toThrow(UndecodableError);
});
