import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ServiceHost } from '@halftone/service';
import { engines, eventually, selfSigned, testToken } from '@halftone/testing';
import { WebSocket } from 'ws';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
const customer = newCustomer();
let feed: FeedWriter;
let replica: Awaited<ReturnType<typeof boot>>;
let token: string;
let ca: string;
let session: ClientHttp2Session;

async function boot(settings: Record<string, string> = {}) {
  const { certificate, key } = await selfSigned('localhost');
  ca = certificate;
  return bootReplica({
    REALTIME_FEED_TOPIC: feed.topic,
    REALTIME_TLS_CERT: certificate,
    REALTIME_TLS_KEY: Buffer.from(key).toString('base64'),
    REALTIME_TLS_PORT: '0',
    REALTIME_MAX_BUFFERED_BYTES: '500000',
    ...settings,
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

/** One request of the session, with its answer so far. */
function ask(accept: string, query = '') {
  const headers = { ':path': `/v1/events${query}`, accept, authorization: `Bearer ${token}` };
  const stream = session.request(headers).setEncoding('utf8');
  const received = { text: '', status: 0, hasEnded: false };
  stream.on('response', (answer) => (received.status = answer[':status'] ?? 0));
  stream.on('data', (text: string) => (received.text += text));
  stream.on('end', () => (received.hasEnded = true));
  return { stream, received };
}

test('twenty event streams and a poll share one connection', async () => {
  expect(session.alpnProtocol).toBe('h2');
  const streams = Array.from({ length: 20 }, () => ask('text/event-stream').received);
  await eventually(() => expect(streams.every(({ text }) => text.includes('retry: '))).toBe(true));
  await feed.publishMany(customer, 50);
  const numbers = ({ text }: { text: string }) => [...text.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq));
  const all = Array.from({ length: 50 }, (_, index) => index + 1);
  await eventually(() => expect(streams.map(numbers)).toEqual(streams.map(() => all)));
  const { received } = ask('application/json', '?cursor=earliest');
  await eventually(() => expect(received.hasEnded).toBe(true));
  expect(received.status).toBe(200);
  expect(JSON.parse(received.text).events).toHaveLength(50);
});

test('a stream that its client cancels ends, and the others continue', async () => {
  const [gone, kept] = [ask('text/event-stream'), ask('text/event-stream')];
  await eventually(() => expect(gone.received.text + kept.received.text).toMatch(/retry: .*retry: /s));
  gone.stream.close();
  await eventually(async () => expect(await connections()).toBe(1));
  await feed.publish(customer, {});
  await eventually(() => expect(kept.received.text).toContain('"seq":1'));
});

const connections = async () => {
  const metrics = await (await fetch(`${replica.httpUrl}/metrics`)).text();
  return Number(/^realtime_connections\{[^}]*sse[^}]*\} (\d+)/m.exec(metrics)?.[1]);
};

test('a stream that is not read ends, and the others on its connection continue', async () => {
  const [idle, kept] = [ask('text/event-stream'), ask('text/event-stream')];
  await eventually(() => expect(idle.received.text + kept.received.text).toMatch(/retry: .*retry: /s));
  // Like browsers: otherwise the unread bytes of one stream take the flow-control window of the others.
  session.setLocalWindowSize(16 * 1_024 * 1_024);
  idle.stream.pause();
  for (let published = 20; published <= 200; published += 20) {
    await feed.publishMany(customer, 20, { text: 'x'.repeat(10_000) });
    await eventually(() => expect(kept.received.text.includes(`"seq":${published},`)).toBe(true));
  }
  await eventually(async () => expect(await connections()).toBe(1));
});

test('invalid TLS and aborted handshakes affect no other connection', async () => {
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
  const { received } = ask('application/json');
  await eventually(() => expect(received.status).toBe(200));
});

test('an HTTP/2 body needs no content-length', async () => {
  const headers = { ':path': '/v1/events?peer=nobody', ':method': 'POST', authorization: `Bearer ${token}` };
  const stream = session.request({ ...headers, 'content-type': 'application/json' });
  const answered = once(stream, 'response');
  stream.end('{"type":"ping"}');
  const [answer] = (await answered) as [{ ':status': number }];
  expect(answer[':status']).toBe(202);
});

test('an HTTP/2 GET that ends in a separate frame has no body', async () => {
  const headers = { ':path': '/v1/events', accept: 'application/json', authorization: `Bearer ${token}` };
  const stream = session.request(headers, { endStream: false });
  const answered = once(stream, 'response');
  stream.end();
  const [answer] = (await answered) as [{ ':status': number }];
  expect(answer[':status']).toBe(200);
});

test.each([
  ['an unknown method', 'FOO /v1/events HTTP/1.1\r\nhost: x\r\n\r\n', 501, 'METHOD_UNKNOWN'],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nhost: x\r\n\r\n', 501, 'METHOD_UNKNOWN'],
  ['invalid HTTP', 'hello\r\n\r\n', 400, 'MALFORMED_REQUEST'],
  ['no Host', 'GET /v1/events HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'MALFORMED_REQUEST'],
  ['an expectation', 'GET /v1/events HTTP/1.1\r\nhost: x\r\nexpect: tea\r\n\r\n', 417, 'EXPECTATION_FAILED'],
])('%s over TLS is a problem document', async (_case, request, status, code) => {
  const [host = '', port] = address().split(':');
  const socket = connectTls({ ...trusting(), host, port: Number(port), ALPNProtocols: ['http/1.1'] });
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => (received += text));
  socket.write(request);
  await once(socket, 'close');
  expect(received).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(received).toContain('application/problem+json');
  expect(JSON.parse(received.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status, code });
});

test.each([
  ['an expectation', { ':path': '/v1/events', expect: 'tea' }, 417, 'EXPECTATION_FAILED'],
  ['CONNECT', { ':method': 'CONNECT', ':authority': 'a:1' }, 501, 'METHOD_UNKNOWN'],
])('%s over HTTP/2 is a problem document', async (_case, headers, status, code) => {
  const stream = session.request(headers).setEncoding('utf8');
  let received = '';
  stream.on('data', (text: string) => (received += text));
  const answered = once(stream, 'response');
  const ended = once(stream, 'end');
  const [answer] = (await answered) as [{ ':status': number; 'content-type'?: string }];
  await ended;
  expect([answer[':status'], answer['content-type']]).toEqual([status, 'application/problem+json']);
  expect(JSON.parse(received)).toMatchObject({ status, code });
});

test('a WebSocket upgrades over the same port', async () => {
  const headers = { authorization: `Bearer ${token}` };
  const socket = new WebSocket(`wss://${address()}/v1/events`, { ...trusting(), headers });
  const received: string[] = [];
  socket.on('message', (data) => received.push(String(data)));
  await once(socket, 'open');
  socket.send('{"type":"subscribe"}');
  await eventually(() => expect(received[0]).toContain('subscribed'));
  await feed.publish(customer, {});
  await eventually(() => expect(received[1]).toContain('"seq":1'));
  socket.close();
  await once(socket, 'close');
});

test('a stop sends goodbyes, ends streams, and does not wait for silent connections', async () => {
  const { received } = ask('text/event-stream');
  const silent = connectTls({ ...trusting(), host: '127.0.0.1', port: Number(address().split(':')[1]) });
  await once(silent, 'secureConnect');
  await eventually(() => expect(received.text).toContain('retry: '));
  const began = Date.now();
  await replica.stop();
  expect(Date.now() - began).toBeLessThan(20_000);
  await eventually(() => expect(received.hasEnded).toBe(true));
  expect(received.text).toContain('event: goodbye');
  expect(received.text.match(/retry: /g)).toHaveLength(1);
});

test('the TLS port has the same socket limit as the plain one', async () => {
  await replica.stop();
  replica = await boot({ REALTIME_MAX_CONNECTIONS: '1' });
  const { hostname, port } = new URL(`https://${address()}`);
  // One connection, and 128 spare sockets for probes and refusals.
  const sockets = Array.from({ length: 1 + 128 + 20 }, () =>
    connectTcp(Number(port), hostname).on('error', () => undefined),
  );
  await eventually(() => expect(sockets.filter(({ closed }) => closed)).toHaveLength(20));
  for (const socket of sockets) socket.destroy();
});
