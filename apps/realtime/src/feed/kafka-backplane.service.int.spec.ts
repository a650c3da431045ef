import { engines, testToken } from '@halftone/testing';
import { poll } from '../fixture/clients.fixture';
import { FeedWriter, newCustomer } from '../fixture/feed.fixture';
import { bootReplica } from '../fixture/replica.fixture';

const { brokers } = engines();
let feed: FeedWriter;

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
});
afterAll(() => feed.close());

const boot = () => bootReplica({ REALTIME_FEED_TOPIC: feed.topic });

const numberOf = async (url: string, metric: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${metric} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
};

test('a new replica is ready only when its window is complete', async () => {
  const customer = newCustomer();
  const first = await boot();
  const { cursor } = await poll(first.httpUrl, await testToken(customer));
  await feed.publishMany(customer, 5_000, { filling: 'x'.repeat(500) });
  const fresh = await boot();
  expect(await numberOf(fresh.httpUrl, 'realtime_window_events')).toBe(5_000);
  const { events } = await poll(fresh.httpUrl, await testToken(customer), { cursor });
  expect(events[0]?.seq).toBe(1);
  expect(await numberOf(fresh.httpUrl, 'realtime_resumes_total{source="memory"}')).toBe(1);
  await Promise.all([first.stop(), fresh.stop()]);
});
