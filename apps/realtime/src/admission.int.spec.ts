import { connect } from 'node:net';
import { Tickets } from '@halftone/redis';
import { eventually, testToken } from '@halftone/testing';
import { poll, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { someCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const origin = 'https://shop.example';
const boot = () => bootReplica({ REALTIME_ALLOWED_ORIGINS: origin });

let replica: Awaited<ReturnType<typeof boot>>;
const customer = someCustomer();
let token: string;

beforeAll(async () => {
  replica = await boot();
  token = await testToken(customer);
});
afterAll(() => replica.stop());

const ticket = () => replica.app.get(Tickets, { strict: false }).issue(token, 30);

test('a ticket opens one WebSocket', async () => {
  const once = await ticket();
  const socket = await WebSocketClient.connect(replica.httpUrl, { ticket: once });
  socket.send({ type: 'subscribe' });
  await eventually(() => expect(socket.of('subscribed')).toMatchObject([{ channel: 'me' }]));
  await expect(WebSocketClient.connect(replica.httpUrl, { ticket: once })).rejects.toThrow('refused with 401');
  await socket.close();
});

test('a ticket opens one stream', async () => {
  const once = await ticket();
  const stream = await SseClient.connect(replica.httpUrl, { ticket: once });
  expect(stream.response.status).toBe(200);
  expect((await SseClient.connect(replica.httpUrl, { ticket: once })).response.status).toBe(401);
  stream.close();
});

test('without credentials, or with those of yesterday, every transport says 401', async () => {
  const expired = await testToken(customer, 'customer', -10);
  expect(await poll(replica.httpUrl, undefined)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  expect(await poll(replica.httpUrl, expired)).toMatchObject({ status: 401, code: 'TOKEN_EXPIRED' });
  const { response } = await SseClient.connect(replica.httpUrl, {});
  expect(response.status).toBe(401);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  await expect(WebSocketClient.connect(replica.httpUrl, {})).rejects.toThrow('refused with 401');
  await expect(WebSocketClient.connect(replica.httpUrl, { token: expired })).rejects.toThrow('refused with 401');
});

test('only pages of known origins get a WebSocket', async () => {
  const known = await WebSocketClient.connect(replica.httpUrl, { token }, { origin });
  await expect(WebSocketClient.connect(replica.httpUrl, { token }, { origin: 'https://evil.example' })).rejects.toThrow(
    'refused with 403',
  );
  await known.close();
});

test('pages of known origins may read streams', async () => {
  const headers = async (from: string) => {
    const stream = await SseClient.connect(replica.httpUrl, { token }, {}, { origin: from });
    stream.close();
    return stream.response.headers.get('access-control-allow-origin');
  };
  expect([await headers(origin), await headers('https://evil.example')]).toEqual([origin, null]);
  const preflight = await fetch(`${replica.httpUrl}/v1/events`, { method: 'OPTIONS', headers: { origin } });
  expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
});

test('the subprotocol is chosen if it is offered, and no other is', async () => {
  const ours = await WebSocketClient.connect(replica.httpUrl, { token }, {}, ['halftone.v9', 'halftone.v1.json']);
  expect(ours.socket.protocol).toBe('halftone.v1.json');
  await expect(WebSocketClient.connect(replica.httpUrl, { token }, {}, ['halftone.v9'])).rejects.toThrow(/subprotocol/);
  await ours.close();
});

test('an operator may follow a customer', async () => {
  const socket = await WebSocketClient.connect(replica.httpUrl, { token: await testToken('olga', 'operator') });
  socket.send({ type: 'subscribe', channel: `customer:${customer}` });
  await eventually(() => expect(socket.of('subscribed')).toHaveLength(1));
  await socket.close();
});

test.each([
  ['a wait beyond a minute', { wait: '61' }, 400, 'VALIDATION_FAILED'],
  ['an unknown channel', { channel: 'everything' }, 400, 'VALIDATION_FAILED'],
  ['another customer', { channel: 'customer:somebody-else' }, 403, 'FORBIDDEN'],
  ['garbage for a cursor', { cursor: 'garbage' }, 400, 'CURSOR_INVALID'],
])('%s is refused', async (_what, query, status, code) => {
  expect(await poll(replica.httpUrl, token, query)).toMatchObject({ status, code });
});

/** One request as text, and the answer as text. */
const raw = (lines: string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(replica.httpUrl);
    const socket = connect(Number(port), hostname, () => socket.write([...lines, 'Host: x', '', ''].join('\r\n')));
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes.toString();
      if (answer.includes('\r\n\r\n')) socket.end();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

const webSocket = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];

test.each([
  ['an upgrade elsewhere', ['GET /v1/orders HTTP/1.1', ...webSocket], '404'],
  ['an upgrade at no address', ['GET // HTTP/1.1', ...webSocket], '404'],
  ['an upgrade without credentials', ['GET /v1/events HTTP/1.1', ...webSocket], '401'],
  ['an offer of HTTP/2', ['GET /healthz/live HTTP/1.1', 'Connection: Upgrade', 'Upgrade: h2c'], '200'],
  ['a question for the head only', ['HEAD /v1/events HTTP/1.1'], '401'],
])('%s is answered', async (_what, lines, status) => {
  expect(await raw(lines)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});
