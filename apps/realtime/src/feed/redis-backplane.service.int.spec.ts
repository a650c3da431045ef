import { randomUUID } from 'node:crypto';
import { channelOf, eventsV1 } from '@halftone/contracts';
import { Broadcast, commandConnection, connect, subscriberConnection } from '@halftone/redis';
import { bootService, engines, eventually, testToken } from '@halftone/testing';
import { poll, WebSocketClient } from '../fixture/clients.fixture';
import { newCustomer } from '../fixture/feed.fixture';
import { realtime } from '../realtime';

const { redisUrl } = engines();
const stream = `test.feed.${randomUUID()}`;
const commands = commandConnection(redisUrl);
const subscriber = subscriberConnection(redisUrl);
const broadcast = new Broadcast(commands, subscriber);
// A closed port: with this backplane realtime needs no Kafka.
const boot = (name = 'replica') =>
  bootService(realtime, {
    KAFKA_BROKERS: '127.0.0.1:1',
    REDIS_URL: `${redisUrl}&connectionName=${name}`,
    REALTIME_FEED_TOPIC: stream,
    REALTIME_BACKPLANE: 'redis',
  });
let number = 0;
let customer: string;
let token: string;

beforeAll(() => Promise.all([connect(commands), connect(subscriber)]));
beforeEach(async () => {
  customer = newCustomer();
  token = await testToken(customer);
});
afterAll(() => {
  commands.disconnect();
  subscriber.disconnect();
});

/** Like the notifications service, whose outbox numbers have gaps. */
const publish = (...seqs: number[]) =>
  broadcast.publish(
    stream,
    seqs.map((seq) => {
      const event = { id: randomUUID(), channel: channelOf(customer), seq, type: 'order.paid', subject: 'orders/1' };
      const value = eventsV1.FeedEvent.encode({ ...event, time: new Date(), data: '{}' }).finish();
      return { number: (number += 3), content: { event: Buffer.from(value).toString('base64') } };
    }),
  );

const shown = ({ messages }: WebSocketClient) => messages.map(({ type, event }) => event?.seq ?? type);

async function subscribed(url: string, cursor?: string) {
  const client = await WebSocketClient.connect(url, { token });
  client.send({ type: 'subscribe', channel: 'me', ...(cursor && { cursor }) });
  await eventually(() => expect(client.of('subscribed')).toHaveLength(1));
  return client;
}

test('the stream works without Kafka, and a client resumes from the memory of another replica', async () => {
  const [first, second] = await Promise.all([boot(), boot()]);
  const before = await subscribed(first.httpUrl);
  await publish(1, 2, 3);
  await eventually(() => expect(shown(before)).toEqual(['subscribed', 1, 2, 3]));
  await before.close();
  const after = await subscribed(second.httpUrl, before.events[0]?.id);
  await publish(4);
  await eventually(() => expect(shown(after)).toEqual(['subscribed', 2, 3, 4]));
  await after.close();
  await Promise.all([first.stop(), second.stop()]);
});

test('a cursor from before the start of a replica gets a reset there', async () => {
  const first = await boot();
  const { cursor } = await poll(first.httpUrl, token);
  await publish(1, 2);
  const { cursor: known } = await eventually(async () => {
    const answer = await poll(first.httpUrl, token, { cursor });
    expect(answer.events).toHaveLength(2);
    return answer;
  });
  await publish(3);
  const fresh = await boot();
  const client = await subscribed(fresh.httpUrl, known);
  await eventually(() => expect(shown(client)).toEqual(['subscribed', 'reset']));
  await publish(4);
  await eventually(() => expect(shown(client)).toEqual(['subscribed', 'reset', 4]));
  await client.close();
  await Promise.all([first.stop(), fresh.stop()]);
});

test('a loss is a reset with the next event, and clears the window', async () => {
  const name = randomUUID();
  const replica = await boot(name);
  const client = await subscribed(replica.httpUrl);
  await publish(1);
  await eventually(() => expect(client.events).toHaveLength(1));
  const all = String(await commands.call('client', 'list', 'type', 'pubsub'));
  const [, id] = new RegExp(`^id=(\\d+) .* name=${name} `, 'm').exec(all) ?? [];
  // On one connection, so it is published when the replica's connection is closed.
  await Promise.all([commands.call('client', 'kill', 'id', id ?? ''), publish(2)]);
  await eventually(async () => {
    const answer = await poll(replica.httpUrl, token, { cursor: client.events[0]?.id ?? '' });
    expect(answer).toMatchObject({ reset: true });
  });
  await publish(3);
  await eventually(() => expect(shown(client)).toEqual(['subscribed', 1, 'reset', 3]));
  await client.close();
  await replica.stop();
});
