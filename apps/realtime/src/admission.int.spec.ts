import { connect } from 'node:net';
import { Tickets } from '@halftone/redis';
import { eventually, testToken } from '@halftone/testing';
import { poll, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { newCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const origin = 'https://shop.example';
const boot = () => bootReplica({ ALLOWED_ORIGINS: origin });

let replica: Awaited<ReturnType<typeof boot>>;
const customer = newCustomer();
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

test('a ticket opens one stream, and its URL alone opens no second one', async () => {
  const once = await ticket();
  const stream = await SseClient.connect(replica.httpUrl, { ticket: once });
  expect(stream.response.status).toBe(200);
  expect((await SseClient.connect(replica.httpUrl, { ticket: once })).response.status).toBe(401);
  stream.close();
});

test('without credentials, or with expired ones, every transport answers 401', async () => {
  const expired = await testToken(customer, 'customer', -10);
  expect(await poll(replica.httpUrl, undefined)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  expect(await poll(replica.httpUrl, expired)).toMatchObject({ status: 401, code: 'TOKEN_EXPIRED' });
  const { response } = await SseClient.connect(replica.httpUrl, {});
  expect(response.status).toBe(401);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  await expect(WebSocketClient.connect(replica.httpUrl, {})).rejects.toThrow('refused with 401');
  await expect(WebSocketClient.connect(replica.httpUrl, { token: expired })).rejects.toThrow('refused with 401');
});

test('only pages of allowed origins get a WebSocket', async () => {
  const known = await WebSocketClient.connect(replica.httpUrl, { token }, { origin });
  await expect(WebSocketClient.connect(replica.httpUrl, { token }, { origin: 'https://evil.example' })).rejects.toThrow(
    'refused with 403',
  );
  await known.close();
});

test('a page of an allowed origin can read every refusal, also of a POST', async () => {
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${replica.httpUrl}${path}`, { ...init, headers: { origin, ...init.headers } });
  const expired = { authorization: `Bearer ${await testToken(customer, 'customer', -10)}` };
  const said = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"type":"chat.join","room":"support"}',
  };
  const answers = [
    await ask('/v1/events', { headers: expired }),
    await ask('/v1/events', { headers: { ...expired, accept: 'text/event-stream' } }),
    await ask('/v1/events?wait=61'),
    await ask('/v1/events?peer=nobody', said),
    await ask('/v1/events?peer=nobody', { ...said, headers: { ...said.headers, authorization: `Bearer ${token}` } }),
    await ask('/v1/nothing'),
  ];
  // A body without a token is not read.
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 400, 401, expect.any(Number), 404]);
  for (const { headers } of answers) expect(headers.get('access-control-allow-origin')).toBe(origin);
});

test('pages of allowed origins can read streams', async () => {
  const headers = async (from: string) => {
    const stream = await SseClient.connect(replica.httpUrl, { token }, {}, { origin: from });
    stream.close();
    return stream.response.headers.get('access-control-allow-origin');
  };
  expect([await headers(origin), await headers('https://evil.example')]).toEqual([origin, null]);
  const preflight = await fetch(`${replica.httpUrl}/v1/events`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET' },
  });
  expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
});

test('a supported subprotocol is chosen, and no other', async () => {
  const ours = await WebSocketClient.connect(replica.httpUrl, { token }, {}, ['halftone.v9', 'halftone.v1.json']);
  expect(ours.socket.protocol).toBe('halftone.v1.json');
  await expect(WebSocketClient.connect(replica.httpUrl, { token }, {}, ['halftone.v9'])).rejects.toThrow(/subprotocol/);
  await ours.close();
});

test("an operator can subscribe to a customer's channel", async () => {
  const socket = await WebSocketClient.connect(replica.httpUrl, { token: await testToken('olga', 'operator') });
  socket.send({ type: 'subscribe', channel: `customer:${customer}` });
  await eventually(() => expect(socket.of('subscribed')).toHaveLength(1));
  await socket.close();
});

test.each([
  ['a wait beyond a minute', { wait: '61' }, 400, 'VALIDATION_FAILED'],
  ['an unknown type', { types: 'nope' }, 400, 'VALIDATION_FAILED'],
  ['an unknown channel', { channel: 'everything' }, 400, 'VALIDATION_FAILED'],
  ['another customer', { channel: 'customer:somebody-else' }, 403, 'FORBIDDEN'],
  ['an invalid cursor', { cursor: 'garbage' }, 400, 'CURSOR_INVALID'],
])('%s is refused', async (_what, query, status, code) => {
  expect(await poll(replica.httpUrl, token, query)).toMatchObject({ status, code });
});

/** Sends one request as text and returns the answer as text. */
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
  ['an upgrade of another path', ['GET /v1/orders HTTP/1.1', ...webSocket], '404'],
  ['an upgrade of an invalid path', ['GET // HTTP/1.1', ...webSocket], '404'],
  ['an upgrade without credentials', ['GET /v1/events HTTP/1.1', ...webSocket], '401'],
  ['an upgrade to HTTP/2', ['GET /healthz/live HTTP/1.1', 'Connection: Upgrade', 'Upgrade: h2c'], '200'],
  ['a HEAD request', ['HEAD /v1/events HTTP/1.1'], '401'],
])('%s is answered with its status', async (_what, lines, status) => {
  expect(await raw(lines)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});
