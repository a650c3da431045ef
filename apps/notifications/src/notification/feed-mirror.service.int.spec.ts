import { randomUUID } from 'node:crypto';
import { eventsV1, type FeedBroadcast, topics } from '@halftone/contracts';
import type { OutboxRow } from '@halftone/postgres';
import { Broadcast, commandConnection, connect, type Numbered, subscriberConnection } from '@halftone/redis';
import { engines, eventually } from '@halftone/testing';
import { FeedMirror } from './feed-mirror.service';

const commands = commandConnection(engines().redisUrl);
const subscriber = subscriberConnection(engines().redisUrl);

beforeAll(() => Promise.all([connect(commands), connect(subscriber)]));
afterAll(() => {
  commands.disconnect();
  subscriber.disconnect();
});

const row = (id: number, topic: string, type: string): OutboxRow => {
  const event = { id: randomUUID(), channel: 'gallery', seq: id, type, subject: 's/1', time: new Date(), data: '{}' };
  const value = Buffer.from(eventsV1.FeedEvent.encode(event).finish());
  const { time, subject } = event;
  return { id, eventId: event.id, topic, key: 'gallery', type, subject, sequence: id, value, traceparent: null, time };
};

test('only the feed is published to Redis, in outbox order, with the outbox ids', async () => {
  const broadcast = new Broadcast(commands, subscriber);
  const received: Numbered[] = [];
  const type = `test.${randomUUID()}`;
  const end = await broadcast.listen(topics.feed.name, { begin: () => undefined, take: (one) => received.push(one) });
  const mirror = new FeedMirror(new Broadcast(commands, subscriber));
  await mirror.publish([row(7, topics.feed.name, type), row(8, 'another', type), row(9, topics.feed.name, type)]);
  const ours = () =>
    received
      .map(({ number, content }) => {
        const bytes = Buffer.from((content as FeedBroadcast).event, 'base64');
        return { number, event: eventsV1.FeedEvent.decode(bytes) };
      })
      .filter(({ event }) => event.type === type);
  await eventually(() => expect(ours()).toHaveLength(2));
  expect(ours().map(({ number, event }) => [number, event.seq])).toEqual([
    [7, 7],
    [9, 9],
  ]);
  await end();
});
