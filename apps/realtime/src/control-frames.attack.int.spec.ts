import { engines, eventually, testToken } from '@halftone/testing';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { close, frame, ping, pong, RawClient } from './fixture/raw-websocket.fixture';
import { bootReplica } from './fixture/replica.fixture';

let feed: FeedWriter;
let replica: Awaited<ReturnType<typeof bootReplica>>;

beforeAll(async () => {
  feed = await FeedWriter.open(engines().brokers);
  replica = await bootReplica({
    REALTIME_FEED_TOPIC: feed.topic,
    REALTIME_MESSAGES_PER_SECOND: '10',
    REALTIME_MESSAGES_AT_ONCE: '40',
  });
});
afterAll(async () => {
  await replica.stop();
  await feed.close();
});

const upgraded = async () => RawClient.upgraded(replica.httpUrl, await testToken(newCustomer()));
const pongs = ({ frames }: RawClient) => frames.filter(({ opcode }) => opcode === pong).length;

test.each([
  ['pings', frame(ping, 'x')],
  ['unrequested pongs', frame(pong, 'x')],
])('a client that sends 100,000 %s is closed with 1008 at the limit', async (_what, flood) => {
  const client = await upgraded();
  const many = Buffer.concat(Array.from({ length: 1_000 }, () => flood));
  for (let sent = 0; sent < 100; sent += 1) client.socket.write(many);
  await eventually(() => expect(client.closeCode).toBe(1008));
  expect(pongs(client)).toBeLessThan(100);
  expect(client.frames.filter(({ opcode }) => opcode === close)).toHaveLength(1);
  client.socket.destroy();
});

test('all pings within the limit are answered', async () => {
  const client = await upgraded();
  for (let one = 0; one < 30; one += 1) client.socket.write(frame(ping, `${one}`));
  await eventually(() => expect(pongs(client)).toBe(30));
  expect(client.closeCode).toBeUndefined();
  client.socket.destroy();
});
