import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Tickets } from '@halftone/redis';
import { bootService, engines, eventually, TcpProxy, testToken } from '@halftone/testing';
import { FeedWriter, newCustomer } from '../fixture/feed.fixture';
import { realtime } from '../realtime';

jest.setTimeout(180_000);

const { brokers, redisUrl } = engines();
const programs = join(__dirname, '../../foreign');
const python = join(__dirname, '../../../../.halftone/foreign-python/bin/python3');

/** A page of another origin, like the console. */
const page = createServer((_request, response) =>
  response.setHeader('content-type', 'text/html').end('<!doctype html>'),
);
let pageUrl: string;
let feed: FeedWriter;
let replica: Awaited<ReturnType<typeof boot>>;

const boot = () =>
  bootService(realtime, {
    KAFKA_BROKERS: brokers.join(','),
    REDIS_URL: redisUrl,
    REALTIME_FEED_TOPIC: feed.topic,
    ALLOWED_ORIGINS: pageUrl,
  });

beforeAll(async () => {
  await once(page.listen(0, '127.0.0.1'), 'listening');
  pageUrl = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
  feed = await FeedWriter.open(brokers);
  replica = await boot();
});
afterAll(async () => {
  page.close();
  await replica.stop();
  await feed.close();
});

/** A program with a third-party client that prints its events, behind its own proxy. */
class ForeignClient {
  readonly received: { seq: number; data: Record<string, unknown> }[] = [];
  private errors = '';
  private rest = '';

  private constructor(
    readonly wire: TcpProxy,
    private readonly program: ChildProcess,
  ) {
    program.stdout?.setEncoding('utf8').on('data', (text: string) => this.read(text));
    program.stderr?.on('data', (text) => (this.errors += String(text)));
  }

  static async start([command, ...args]: readonly [string, ...string[]], facts: object): Promise<ForeignClient> {
    const wire = await TcpProxy.listen(new URL(replica.httpUrl));
    const about = JSON.stringify({ url: `${wire.url}/v1/events`, ...facts });
    return new ForeignClient(wire, spawn(command, [...args, about]));
  }

  /** Not by `readline`, which also splits at U+2028 inside a text. */
  private read(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    this.received.push(...lines.map((line) => JSON.parse(line) as (typeof this.received)[number]));
  }

  async receives(count: number): Promise<void> {
    await eventually(() => {
      if (this.received.length < count)
        throw new Error(`${this.received.length} of ${count} events received; ${this.errors}`);
    }, 60_000);
  }

  async end(): Promise<void> {
    this.wire.close();
    if (this.program.exitCode !== null) return;
    const ended = once(this.program, 'exit');
    this.program.kill('SIGTERM');
    await ended;
  }
}

const node = (program: string) => [process.execPath, join(programs, program)] as const;
const chromium = (kind: string) => [node('chromium_client.mjs'), { kind }] as const;

test.each([
  ["Chromium's EventSource", ...chromium('eventsource')],
  ["Chromium's WebSocket", ...chromium('websocket')],
  ['eventsource of npm', node('eventsource_client.mjs'), {}],
  ['websockets of Python', [python, join(programs, 'websockets_client.py')] as const, {}],
  ['httpx-sse of Python', [python, join(programs, 'httpx_sse_client.py')] as const, {}],
])('%s, disconnected twice, gets all events once and in order', async (_name, program, more) => {
  const customer = newCustomer();
  const token = await testToken(customer);
  const tickets = replica.app.get(Tickets, { strict: false });
  const ticket = () => tickets.issue(token, 120);
  const facts = { token, page: pageUrl, tickets: await Promise.all(Array.from({ length: 6 }, ticket)), ...more };
  const foreign = await ForeignClient.start(program, facts);
  try {
    await feed.publish(customer, { data: { text: 'Grüße\r\n\u2028 “🖼️”' } });
    await feed.publishMany(customer, 9);
    await foreign.receives(10);
    for (const until of [20, 30]) {
      expect(foreign.wire.drop()).toBeGreaterThan(0);
      await feed.publishMany(customer, 10);
      await foreign.receives(until);
    }
    expect(foreign.received.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(foreign.received[0]?.data).toEqual({ text: 'Grüße\r\n\u2028 “🖼️”' });
  } finally {
    await foreign.end();
  }
});

test("Chromium's EventSource with one ticket survives its replica: no event is lost or repeated, with few retries", async () => {
  const customer = newCustomer();
  const tickets = [await replica.app.get(Tickets, { strict: false }).issue(await testToken(customer), 120)];
  const foreign = await ForeignClient.start(node('chromium_client.mjs'), {
    kind: 'eventsource',
    page: pageUrl,
    tickets,
  });
  try {
    await feed.publishMany(customer, 5);
    await foreign.receives(5);
    await replica.stop();
    const before = foreign.wire.accepted;
    await feed.publishMany(customer, 5);
    await sleep(10_000);
    const tries = foreign.wire.accepted - before;
    expect([tries, tries > 0 && tries <= 4]).toEqual([tries, true]);
    replica = await boot();
    foreign.wire.connectTo(Number(new URL(replica.httpUrl).port));
    await foreign.receives(10);
    await feed.publishMany(customer, 5);
    await foreign.receives(15);
    expect(foreign.received.map(({ seq }) => seq)).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
  } finally {
    await foreign.end();
  }
});

test("Chromium's EventSource gets the gallery without a ticket, and reconnects by itself", async () => {
  const foreign = await ForeignClient.start(node('chromium_client.mjs'), { kind: 'gallery', page: pageUrl });
  try {
    await feed.publishTo('gallery', {}, {});
    await foreign.receives(2);
    foreign.wire.drop();
    await feed.publishTo('gallery', {});
    await foreign.receives(3);
    expect(foreign.received.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  } finally {
    await foreign.end();
  }
});
