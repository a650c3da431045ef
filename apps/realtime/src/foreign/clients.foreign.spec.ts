import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Tickets } from '@halftone/redis';
import { bootService, engines, eventually, testToken } from '@halftone/testing';
import { CuttingProxy } from '../fixture/cutting-proxy.fixture';
import { FeedWriter, someCustomer } from '../fixture/feed.fixture';
import { realtime } from '../realtime';

jest.setTimeout(180_000);

const { brokers, redisUrl } = engines();
const programs = join(__dirname, '../../foreign');
const python = join(__dirname, '../../../../.halftone/foreign-python/bin/python3');

/** A page of another origin, as the console is. */
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
    REALTIME_ALLOWED_ORIGINS: pageUrl,
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

/** A program of another making that prints the events it hears, on a wire of its own. */
class Stranger {
  readonly heard: { seq: number; data: Record<string, unknown> }[] = [];
  private said = '';
  private rest = '';

  private constructor(
    readonly wire: CuttingProxy,
    private readonly program: ChildProcess,
  ) {
    program.stdout?.setEncoding('utf8').on('data', (text: string) => this.hear(text));
    program.stderr?.on('data', (text) => (this.said += String(text)));
  }

  static async start([command, ...args]: readonly [string, ...string[]], facts: object): Promise<Stranger> {
    const wire = await CuttingProxy.to(replica.httpUrl);
    const about = JSON.stringify({ url: `${wire.url}/v1/events`, ...facts });
    return new Stranger(wire, spawn(command, [...args, about]));
  }

  /** Not by `readline`, for which a line also ends within a text, at U+2028. */
  private hear(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    this.heard.push(...lines.map((line) => JSON.parse(line) as (typeof this.heard)[number]));
  }

  async hears(count: number): Promise<void> {
    await eventually(() => {
      if (this.heard.length < count) throw new Error(`${this.heard.length} of ${count} events heard; ${this.said}`);
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
])('%s, cut twice, hears everything once and in order', async (_name, program, more) => {
  const customer = someCustomer();
  const token = await testToken(customer);
  const tickets = replica.app.get(Tickets, { strict: false });
  const ticket = () => tickets.issue(token, 120);
  const facts = { token, page: pageUrl, tickets: await Promise.all(Array.from({ length: 6 }, ticket)), ...more };
  const stranger = await Stranger.start(program, facts);
  try {
    await feed.tell(customer, { data: { text: 'Grüße\r\n\u2028 “🖼️”' } });
    await feed.tellMany(customer, 9);
    await stranger.hears(10);
    for (const until of [20, 30]) {
      expect(stranger.wire.cut()).toBeGreaterThan(0);
      await feed.tellMany(customer, 10);
      await stranger.hears(until);
    }
    expect(stranger.heard.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(stranger.heard[0]?.data).toEqual({ text: 'Grüße\r\n\u2028 “🖼️”' });
  } finally {
    await stranger.end();
  }
});

test("Chromium's EventSource hears the gallery without a ticket, and goes on by itself", async () => {
  const stranger = await Stranger.start(node('chromium_client.mjs'), { kind: 'gallery', page: pageUrl });
  try {
    await feed.tellChannel('gallery', {}, {});
    await stranger.hears(2);
    stranger.wire.cut();
    await feed.tellChannel('gallery', {});
    await stranger.hears(3);
    expect(stranger.heard.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  } finally {
    await stranger.end();
  }
});
