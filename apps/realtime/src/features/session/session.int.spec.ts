import { engines, eventually, testToken } from '@halftone/testing';
import { type ServerMessage, WebSocketClient } from '../../fixture/clients.fixture';
import { FeedWriter, newCustomer } from '../../fixture/feed.fixture';
import { bootReplica } from '../../fixture/replica.fixture';

const { brokers } = engines();
let feed: FeedWriter;
let customer: string;

const boot = (sessions: string) => bootReplica({ REALTIME_FEED_TOPIC: feed.topic, REALTIME_SESSIONS: sessions });

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
});
beforeEach(() => {
  customer = newCustomer();
});
afterAll(() => feed.close());

type FeedEventInput = ServerMessage & { id?: string | null; resumed?: { channel: string; cursor: string }[] };

async function resumed(url: string, session?: string, as = customer) {
  const client = await WebSocketClient.connect(url, { token: await testToken(as) });
  client.send({ type: 'resume', ...(session && { session }) });
  const [answer] = await eventually(() => {
    const answers = client.of('session') as FeedEventInput[];
    expect(answers).toHaveLength(1);
    return answers;
  });
  return { client, id: answer?.id, resumed: answer?.resumed };
}

/** A client with three events that has acknowledged the second. */
async function acknowledging(url: string) {
  const { client, id } = await resumed(url);
  client.send({ type: 'subscribe', channel: 'me' });
  await eventually(() => expect(client.of('subscribed')).toHaveLength(1));
  await feed.publishMany(customer, 3);
  await eventually(() => expect(client.events).toHaveLength(3));
  const cursor = client.events[1]?.id ?? '';
  client.send({ type: 'ack', channel: 'me', cursor });
  client.send({ type: 'ping' });
  await eventually(() => expect(client.of('pong')).toHaveLength(1));
  return { client, id: id ?? '', cursor };
}

const seqs = (client: WebSocketClient) => client.events.map(({ seq }) => seq);

test('with Redis a session resumes at another replica, from the acknowledged event, for its customer only', async () => {
  const [first, second] = await Promise.all([boot('redis'), boot('redis')]);
  const { client, id, cursor } = await acknowledging(first.httpUrl);
  client.socket.terminate();
  await feed.publishMany(customer, 1);
  const back = await resumed(second.httpUrl, id);
  expect(back).toMatchObject({ id, resumed: [{ channel: 'me', cursor }] });
  await eventually(() => expect(seqs(back.client)).toEqual([3, 4]));

  back.client.send({ type: 'resume' });
  await eventually(() => expect(back.client.of('session')).toHaveLength(2));
  expect(back.client.of('session')[1]).toMatchObject({ id, resumed: [] });

  const stranger = await resumed(second.httpUrl, id, newCustomer());
  expect(stranger.resumed).toEqual([]);
  expect(stranger.id).not.toBe(id);
  await Promise.all([back.client.close(), stranger.client.close()]);
  await Promise.all([first.stop(), second.stop()]);
});

test('with process sessions it resumes only at the same replica', async () => {
  const [first, second] = await Promise.all([boot('process'), boot('process')]);
  const { client, id } = await acknowledging(first.httpUrl);
  await client.close();
  const elsewhere = await resumed(second.httpUrl, id);
  expect(elsewhere.resumed).toEqual([]);
  const back = await resumed(first.httpUrl, id);
  await eventually(() => expect(seqs(back.client)).toEqual([3]));
  back.client.send({ type: 'unsubscribe', channel: 'me' });
  await eventually(() => expect(back.client.of('unsubscribed')).toHaveLength(1));
  await Promise.all([elsewhere.client.close(), back.client.close()]);
  const nothing = await resumed(first.httpUrl, id);
  expect(nothing.resumed).toEqual([]);
  await nothing.client.close();
  await Promise.all([first.stop(), second.stop()]);
});

test('processes that share a port do not start with process sessions', async () => {
  const begun = bootReplica({ REALTIME_SESSIONS: 'process', REALTIME_PROCESSES: '2' });
  await expect(begun).rejects.toThrow('REALTIME_SESSIONS=process needs REALTIME_PROCESSES=1');
});

test('with client sessions there is no session id, and an ack without a subscription is refused', async () => {
  const replica = await boot('client');
  const { client, id } = await acknowledging(replica.httpUrl);
  expect(id).toBe('');
  client.send({ type: 'ack', channel: 'gallery', cursor: client.events[0]?.id });
  client.send({ type: 'ack', channel: 'me', cursor: 'garbage' });
  await eventually(() =>
    expect(client.of('error').map(({ code }) => code)).toEqual(['VALIDATION_FAILED', 'CURSOR_INVALID']),
  );
  await client.close();
  await replica.stop();
});
