import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '@halftone/contracts';
import { ServiceHost } from '@halftone/service';
import { engines, eventually, selfSigned, testToken } from '@halftone/testing';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

let feed: FeedWriter;
let replica: Awaited<ReturnType<typeof bootReplica>>;
let token: string;
let ca: string;
let socket: TLSSocket | undefined;
let session: ClientHttp2Session | undefined;
/** The unanswered requests in handlers, and their maximum. */
let inWork = 0;
let most = 0;

beforeEach(async () => {
  const { certificate, key } = await selfSigned('localhost');
  ca = certificate;
  feed = await FeedWriter.open(engines().brokers);
  replica = await bootReplica({
    REALTIME_FEED_TOPIC: feed.topic,
    REALTIME_TLS_CERT: certificate,
    REALTIME_TLS_KEY: Buffer.from(key).toString('base64'),
    REALTIME_TLS_PORT: '0',
    HTTP_CONNECTIONS_PER_ADDRESS: '3',
  });
  token = await testToken(newCustomer());
  [inWork, most] = [0, 0];
});
afterEach(async () => {
  socket?.destroy();
  session?.destroy();
  await replica.stop();
  await feed.close();
});

const address = () => replica.app.get(ServiceHost, { strict: false }).addressOf('https');
const trusting = () => ({ ca, checkServerIdentity: () => undefined });

async function open(): Promise<TLSSocket> {
  const [host = '', port] = address().split(':');
  const opened = connectTls({ ...trusting(), host, port: Number(port), ALPNProtocols: ['http/1.1'] });
  opened.on('error', () => undefined);
  await once(opened, 'secureConnect');
  return opened;
}

/** Of the plain port, or of another server. */
async function pollsInWork(): Promise<number> {
  const metrics = await (await fetch(`${replica.httpUrl}/metrics`)).text();
  inWork = Number(/^http_requests_in_flight (\d+)/m.exec(metrics)?.[1]);
  most = Math.max(most, inWork);
  return inWork;
}

const poll = () =>
  `GET /v1/events?wait=20 HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nAuthorization: Bearer ${token}\r\n\r\n`;

test('of 500 polls in one write over TLS, few are handled at the same time', async () => {
  socket = await open();
  socket.write(poll().repeat(500));
  await eventually(async () => expect(await pollsInWork()).toBeGreaterThan(0));
  for (let one = 0; one < 10; one += 1, await sleep(50)) await pollsInWork();
  expect(most).toBeLessThanOrEqual(limits.pipelinedRequests.value);
});

test('an HTTP/2 connection has at most 128 requests in progress, and another connection is answered', async () => {
  session = connect(`https://${address()}`, { ...trusting(), settings: { initialWindowSize: 0 } });
  await once(session, 'connect');
  const headers = { ':path': '/v1/events?wait=20', accept: 'application/json', authorization: `Bearer ${token}` };
  for (let one = 0; one < 2_000; one += 1) session.request(headers).on('error', () => undefined);
  await eventually(async () => expect(await pollsInWork()).toBeGreaterThan(0));
  for (let one = 0; one < 10; one += 1, await sleep(50)) await pollsInWork();
  expect(most).toBeLessThanOrEqual(limits.http2Streams.value);
  const other = await fetch(`${replica.httpUrl}/v1/events`, {
    headers: { accept: 'application/json', authorization: `Bearer ${token}` },
  });
  expect(other.status).toBe(200);
});

test('the connections per address are limited over TLS too', async () => {
  const held = [await open(), await open(), await open()];
  await expect(open()).rejects.toThrow();
  held[0]?.destroy();
  await eventually(async () => held.push(await open()));
  for (const one of held) one.destroy();
});
