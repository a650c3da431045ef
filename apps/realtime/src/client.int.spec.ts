import {
  type Command,
  type Connect,
  type FeedEvent,
  memoryStorage,
  RealtimeClient,
  type RealtimeOptions,
  type ServerMessage as Received,
  type Subscription,
  type SubscriptionOptions,
  transportNames,
} from '@halftone/client';
import { engines, eventually, testToken } from '@halftone/testing';
import { WebSocket } from 'ws';
import type { z } from 'zod';
import { poll } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { clientMessage } from './message/client-message.schema';
import type { ServerMessage } from './message/server-message';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
let feed: FeedWriter;
let replica: Awaited<ReturnType<typeof boot>>;
let customer: string;
let token: string;

const boot = () => bootReplica({ REALTIME_FEED_TOPIC: feed.topic });

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
  replica = await boot();
});
beforeEach(async () => {
  customer = newCustomer();
  token = await testToken(customer);
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});
afterAll(async () => {
  await replica.stop();
  await feed.close();
});

const connect: Connect = (url, protocols, headers) => new WebSocket(url, protocols, { headers });
const backoff = { baseMs: 20, capMs: 100 };

/** A page with one subscription, and everything it received. */
class Page {
  readonly events: FeedEvent[] = [];
  resets = 0;
  readonly refusals: string[] = [];
  readonly client: RealtimeClient;
  readonly subscription: Subscription;

  constructor(options: Partial<RealtimeOptions>, subscription: Partial<SubscriptionOptions> = {}) {
    const defaults = { urls: [replica.httpUrl], token: () => Promise.resolve(token), connect, backoff };
    this.client = new RealtimeClient({ ...defaults, ...options });
    this.subscription = this.client.subscribe({
      event: (event) => this.events.push(event),
      reset: () => (this.resets += 1),
      refused: ({ code }) => this.refusals.push(code),
      ...subscription,
    });
    this.client.connect();
  }

  async opened(): Promise<this> {
    await eventually(() => expect(this.client.open).toMatchObject({ url: expect.any(String) }));
    return this;
  }

  get seqs(): number[] {
    return this.events.map(({ seq }) => seq);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
const pages: Page[] = [];
const open = (options: Partial<RealtimeOptions>, subscription?: Partial<SubscriptionOptions>): Promise<Page> => {
  const page = new Page(options, subscription);
  pages.push(page);
  return page.opened();
};

/** A subscription without a cursor starts at the replica's position, which may be behind the published events. */
const consumed = (count: number) =>
  eventually(async () =>
    expect((await poll(replica.httpUrl, token, { cursor: 'earliest' })).events.length).toBeGreaterThanOrEqual(count),
  );

test('client and server have the same message types', () => {
  // The compiler checks this. The data of an event is an object only on the wire.
  const received = (message: Exclude<ServerMessage, { type: 'snapshot' }>): Received => message;
  const said = (command: Command): z.input<typeof clientMessage> => command;
  expect(received({ type: 'pong' })).toEqual({ type: 'pong' });
  expect(clientMessage.parse(said({ type: 'chat.join', room: 'order:1' }))).toMatchObject({ after: 0 });
});

describe.each(transportNames)('over %s', (transport) => {
  const transports = [transport];

  test('a refreshed page resumes without a gap or a duplicate', async () => {
    const storage = memoryStorage();
    const before = await open({ transports, storage });
    await feed.publish(customer, {}, {});
    await eventually(() => expect(before.seqs).toEqual([1, 2]));
    await before.close();
    await feed.publish(customer, {}, {}, {});
    const after = await open({ transports, storage });
    await feed.publish(customer, {});
    await eventually(() => expect(after.seqs).toEqual([3, 4, 5, 6]));
    expect(after.subscription).toMatchObject({ gaps: 0, duplicates: 0 });
    expect(after.resets).toBe(0);
  });

  test('an invalid cursor is a reset, and the stream continues from now', async () => {
    await feed.publish(customer, {});
    await consumed(1);
    const page = await open({ transports }, { from: 'forged' });
    await feed.publish(customer, {});
    await eventually(() => expect(page.seqs).toEqual([2]));
    expect(page.resets).toBe(1);
  });

  test("another customer's channel is refused once, and the connection stays open", async () => {
    const asked: string[] = [];
    const failed: string[] = [];
    const page = new Page({ transports }, { channel: 'customer:somebody' });
    pages.push(page);
    page.client.on('failed', ({ reason }) => failed.push(reason));
    page.client.on('error', ({ code }) => asked.push(code));
    await eventually(() => expect(page.refusals).toEqual(['FORBIDDEN']));
    await page.opened();
    expect({ failed, asked: asked.length <= 1 }).toEqual({ failed: [], asked: true });
  });

  test('a filter selects events, and the skipped numbers are no gaps', async () => {
    const page = await open({ transports }, { channel: 'order:7' });
    await feed.publish(customer, { subject: 'orders/7' }, { subject: 'orders/8' }, { subject: 'orders/7' });
    await eventually(() => expect(page.seqs).toEqual([1, 3]));
    expect(page.subscription.gaps).toBe(0);
  });
});

test.each(['sse', 'long-poll'] as const)('over %s, the client gets a new token after a refusal', async (transport) => {
  const asked: boolean[] = [];
  const give = ({ fresh }: { fresh: boolean }) => {
    asked.push(fresh);
    return Promise.resolve(fresh ? token : 'stale');
  };
  await open({ transports: [transport], token: give });
  expect(asked).toEqual([false, true]);
});

describe('when WebSockets are blocked', () => {
  const refused: Connect = () => connect('ws://127.0.0.1:1/v1/events', ['halftone.v1.json'], {});

  test('it falls back to server-sent events without a loss', async () => {
    const page = await open({ connect: refused }, { from: 'earliest' });
    await feed.publish(customer, {}, {});
    await eventually(() => expect(page.seqs).toEqual([1, 2]));
    expect(page.client.open?.transport).toBe('sse');
  });

  test('it falls back to long polls if a proxy buffers event streams', async () => {
    const page = await open(
      {
        connect: refused,
        timeouts: { openMs: 2_000 },
        fetch: (url, init) =>
          init.headers['accept'] === 'text/event-stream'
            ? new Promise((_, fail) => init.signal.addEventListener('abort', () => fail(new Error('held back'))))
            : fetch(url, init),
      },
      { from: 'earliest' },
    );
    await feed.publish(customer, {});
    await eventually(() => expect(page.seqs).toEqual([1]));
    expect(page.client.open?.transport).toBe('long-poll');
  });
});

test('one connection carries several channels, each with its own cursor', async () => {
  const events: string[] = [];
  const client = new RealtimeClient({ urls: [replica.httpUrl], token: () => Promise.resolve(token), connect, backoff });
  for (const channel of ['order:1', 'order:2', 'image:3'])
    client.subscribe({ channel, event: ({ seq }) => events.push(`${channel} ${seq}`) });
  expect(() => client.subscribe({ event: () => undefined })).toThrow('me overlaps with order:1');
  client.connect();
  await eventually(() => expect(client.open).toMatchObject({ url: expect.any(String) }));
  await feed.publish(customer, { subject: 'orders/2' }, { subject: 'images/3' }, { subject: 'orders/9' });
  await feed.publish(customer, { subject: 'orders/1' });
  await eventually(() => expect(events).toEqual(['order:2 1', 'image:3 2', 'order:1 4']));
  await client.close();
});

test('a message without a connection is not queued', async () => {
  const page = await open({ transports: ['websocket'] });
  const answers: string[] = [];
  page.client.on('error', ({ code }) => answers.push(code));
  expect(page.client.send({ type: 'ack', channel: 'me', cursor: 'x' })).toBe(true);
  await page.client.close();
  expect(page.client.send({ type: 'ack', channel: 'me', cursor: 'x' })).toBe(false);
  const polls = await open({ transports: ['long-poll'] });
  expect(polls.client.send({ type: 'ack', channel: 'me', cursor: 'x' })).toBe(false);
});

describe('an expiring token', () => {
  /** The first token expires soon. */
  const tokens = () => {
    const asked: boolean[] = [];
    const give = ({ fresh }: { fresh: boolean }) => testToken(customer, 'customer', asked.push(fresh) === 1 ? 7 : 900);
    return { asked, give };
  };
  const past = () => new Promise((resolve) => setTimeout(resolve, 9_000));

  test('is renewed over a WebSocket, which stays open', async () => {
    const { asked, give } = tokens();
    const page = await open({ transports: ['websocket'], token: give });
    const cuts: string[] = [];
    page.client.on('cut', ({ reason }) => cuts.push(reason));
    await past();
    await feed.publish(customer, {});
    await eventually(() => expect(page.seqs).toEqual([1]));
    expect({ asked, cuts }).toEqual({ asked: [false, true], cuts: [] });
  });

  test('ends an event stream, which reconnects with a new token and misses nothing', async () => {
    const page = await open({ transports: ['sse'], token: tokens().give });
    const cuts: string[] = [];
    page.client.on('cut', ({ reason }) => cuts.push(reason));
    await feed.publish(customer, {});
    await past();
    await feed.publish(customer, {});
    await eventually(() => expect(page.seqs).toEqual([1, 2]));
    expect({ cuts: cuts.length, resets: page.resets, gaps: page.subscription.gaps }).toEqual({
      cuts: 1,
      resets: 0,
      gaps: 0,
    });
  });
});

test("it works with Node's WebSocket and fetch", async () => {
  const client = new RealtimeClient({ urls: [replica.httpUrl], token: () => Promise.resolve(token) });
  const seqs: number[] = [];
  client.subscribe({ from: 'earliest', event: ({ seq }) => seqs.push(seq) });
  client.connect();
  await feed.publish(customer, {}, {});
  await eventually(() => expect(seqs).toEqual([1, 2]));
  expect(client.open?.transport).toBe('websocket');
  await client.close();
});
