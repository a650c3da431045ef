import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ServiceHost } from '@halftone/service';
import { engines, eventually, selfSigned, testToken } from '@halftone/testing';
import { WebSocket } from 'ws';
import { FeedWriter, someCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
const customer = someCustomer();
let feed: FeedWriter;
let replica: Awaited<ReturnType<typeof boot>>;
let token: string;
let ca: string;
let session: ClientHttp2Session;

async function boot() {
  const { certificate, key } = await selfSigned('localhost');
  ca = certificate;
  return bootReplica({
    REALTIME_FEED_TOPIC: feed.topic,
    REALTIME_TLS_CERT: certificate,
    REALTIME_TLS_KEY: Buffer.from(key).toString('base64'),
    REALTIME_TLS_PORT: '0',
    REALTIME_MAX_BUFFERED_BYTES: '500000',
  });
}

const address = () => replica.app.get(ServiceHost, { strict: false }).addressOf('https');
const trusting = () => ({ ca, checkServerIdentity: () => undefined });

beforeEach(async () => {
  feed = await FeedWriter.open(brokers);
  [replica, token] = await Promise.all([boot(), testToken(customer)]);
  session = connect(`https://${address()}`, trusting());
  await once(session, 'connect');
});
afterEach(async () => {
  session.destroy();
  await replica.stop();
  await feed.close();
});

/** One request of the session, and what came of it so far. */
function ask(accept: string, query = '') {
  const headers = { ':path': `/v1/events${query}`, accept, authorization: `Bearer ${token}` };
  const stream = session.request(headers).setEncoding('utf8');
  const heard = { text: '', status: 0, hasEnded: false };
  stream.on('response', (answer) => (heard.status = answer[':status'] ?? 0));
  stream.on('data', (text: string) => (heard.text += text));
  stream.on('end', () => (heard.hasEnded = true));
  return { stream, heard };
}

test('twenty event streams and a poll share one connection', async () => {
  expect(session.alpnProtocol).toBe('h2');
  const streams = Array.from({ length: 20 }, () => ask('text/event-stream').heard);
  await eventually(() => expect(streams.every(({ text }) => text.includes('retry: '))).toBe(true));
  await feed.tellMany(customer, 50);
  const numbers = ({ text }: { text: string }) => [...text.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq));
  const all = Array.from({ length: 50 }, (_, index) => index + 1);
  await eventually(() => expect(streams.map(numbers)).toEqual(streams.map(() => all)));
  const { heard } = ask('application/json', '?cursor=earliest');
  await eventually(() => expect(heard.hasEnded).toBe(true));
  expect(heard.status).toBe(200);
  expect(JSON.parse(heard.text).events).toHaveLength(50);
});

test('a stream that its client lets go is gone, and the others go on', async () => {
  const [gone, kept] = [ask('text/event-stream'), ask('text/event-stream')];
  await eventually(() => expect(gone.heard.text + kept.heard.text).toMatch(/retry: .*retry: /s));
  gone.stream.close();
  await eventually(async () => expect(await connections()).toBe(1));
  await feed.tell(customer, {});
  await eventually(() => expect(kept.heard.text).toContain('"seq":1'));
});

const connections = async () => {
  const metrics = await (await fetch(`${replica.httpUrl}/metrics`)).text();
  return Number(/^realtime_connections\{[^}]*sse[^}]*\} (\d+)/m.exec(metrics)?.[1]);
};

test('a stream that is not read is ended alone; the others on its connection go on', async () => {
  const [idle, kept] = [ask('text/event-stream'), ask('text/event-stream')];
  await eventually(() => expect(idle.heard.text + kept.heard.text).toMatch(/retry: .*retry: /s));
  // As browsers do: else what one stream leaves unread is room that the others do not have.
  session.setLocalWindowSize(16 * 1_024 * 1_024);
  idle.stream.pause();
  for (let told = 20; told <= 200; told += 20) {
    await feed.tellMany(customer, 20, { text: 'x'.repeat(10_000) });
    await eventually(() => expect(kept.heard.text.includes(`"seq":${told},`)).toBe(true));
  }
  await eventually(async () => expect(await connections()).toBe(1));
});

test('what is no TLS, or breaks off, harms nobody', async () => {
  const [host = '', port] = address().split(':');
  for (const said of ['GET / HTTP/1.1\r\n\r\n', Buffer.from('160301020001000100', 'hex')]) {
    const socket = connectTcp({ host, port: Number(port) });
    socket.on('error', () => undefined).end(said);
    await once(socket, 'close');
  }
  const garbage = connectTls({ ...trusting(), host, port: Number(port), ALPNProtocols: ['h2'] });
  garbage.on('error', () => undefined);
  await once(garbage, 'secureConnect');
  garbage.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + '\xff'.repeat(1_000));
  await once(garbage.resume(), 'close');
  const { heard } = ask('application/json');
  await eventually(() => expect(heard.status).toBe(200));
});

test('a WebSocket upgrades over the same port', async () => {
  const headers = { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`wss://${address()}/v1/events`, { ...trusting(), headers });
  const heard: string[] = [];
  socket.on('message', (data) => heard.push(String(data)));
  await once(socket, 'open');
  socket.send('{"type":"subscribe"}');
  await eventually(() => expect(heard[0]).toContain('subscribed'));
  await feed.tell(customer, {});
  await eventually(() => expect(heard[1]).toContain('"seq":1'));
  socket.close();
  await once(socket, 'close');
});

test('a stop says when to come back, ends streams, and waits for nobody who says nothing', async () => {
  const { heard } = ask('text/event-stream');
  const silent = connectTls({ ...trusting(), host: '127.0.0.1', port: Number(address().split(':')[1]) });
  await once(silent, 'secureConnect');
  await eventually(() => expect(heard.text).toContain('retry: '));
  const began = Date.now();
  await replica.stop();
  expect(Date.now() - began).toBeLessThan(20_000);
  await eventually(() => expect(heard.hasEnded).toBe(true));
  expect(heard.text.match(/retry: /g)).toHaveLength(2);
});
