import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { RunningService } from '@halftone/service';
import { bootService } from '@halftone/testing';
import { graph } from './graph';

interface Asked {
  query: string;
  headers: IncomingHttpHeaders;
}

type Answers = Record<string, (query: string) => unknown>;

const names = ['orders', 'payments', 'images', 'notifications'];

let asked: Record<string, Asked[]> = {};
/** What each subgraph says; one that has nothing to say fails the query it is asked. */
let answers: Answers = {};
let router: RunningService;
const servers: Record<string, Server> = {};

async function listen(name: string): Promise<string> {
  const server = createServer(async (request, reply) => {
    const { query } = JSON.parse(await text(request)) as { query: string };
    (asked[name] ??= []).push({ query, headers: request.headers });
    const answer = answers[name]?.(query) ?? { errors: [{ message: `${name} was not expected to be asked` }] };
    if (answer === 'nothing') return;
    if (answer === 'hang up') return void request.socket.destroy();
    reply.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  servers[name] = server;
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

beforeAll(async () => {
  const urls = await Promise.all(
    names.map(async (name) => [`SUBGRAPH_${name.toUpperCase()}_URL`, await listen(name)] as const),
  );
  router = await bootService(graph, { ...Object.fromEntries(urls), SUBGRAPH_TIMEOUT_MS: '300' });
});

afterAll(async () => {
  await router.stop();
  for (const server of Object.values(servers)) {
    server.closeAllConnections();
    server.close();
  }
});

beforeEach(() => {
  asked = {};
  answers = {};
});

async function ask(query: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${router.httpUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return (await answer.json()) as {
    data?: unknown;
    errors?: { message: string; extensions: Record<string, unknown> }[];
  };
}

const alice = { __typename: 'Customer', id: 'alice' };

test('one query is answered from the parts that own its fields', async () => {
  answers = {
    payments: () => ({ data: { me: { ...alice, name: 'Alice', balance: 100_000 } } }),
    orders: () => ({ data: { _entities: [{ orders: [{ id: 'o1', status: 'PAID' }] }] } }),
    images: () => ({ data: { _entities: [{ images: [{ id: 'i1' }] }] } }),
    notifications: () => ({ data: { _entities: [{ notifications: [{ type: 'order.paid' }] }] } }),
  };
  const { data, errors } = await ask('{ me { name balance orders { id } images { id } notifications { type } } }');
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    me: {
      name: 'Alice',
      balance: 100_000,
      orders: [{ id: 'o1' }],
      images: [{ id: 'i1' }],
      notifications: [{ type: 'order.paid' }],
    },
  });
  expect(Object.values(asked).map((calls) => calls.length)).toEqual([1, 1, 1, 1]);
});

test('the token, the trace and the time that is left go along', async () => {
  answers = { payments: () => ({ data: { me: { ...alice, name: 'Alice' } } }) };
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await ask('{ me { name } }', { authorization: 'Bearer abc', traceparent, cookie: 'stays here' });
  const headers = asked['payments']?.[0]?.headers;
  expect(headers).toMatchObject({
    authorization: 'Bearer abc',
    traceparent: expect.stringContaining('0af7651916cd43dd8448eb211c80319c'),
  });
  expect(Number(headers?.['x-request-timeout-ms'])).toBeGreaterThan(0);
  expect(headers?.cookie).toBeUndefined();
});

test('a code of a subgraph reaches the client', async () => {
  answers = {
    orders: () => ({
      data: { order: null },
      errors: [{ message: 'no such order', path: ['order'], extensions: { code: 'ORDER_NOT_FOUND' } }],
    }),
  };
  const { data, errors } = await ask('{ order(id: "x") { id } }');
  expect(data).toEqual({ order: null });
  expect(errors).toMatchObject([{ message: 'no such order', extensions: { code: 'ORDER_NOT_FOUND' } }]);
  expect(errors?.[0]?.extensions).not.toHaveProperty('stacktrace');
});

test('a subgraph that says nothing in time is DEADLINE_EXCEEDED, and the rest is still there', async () => {
  answers = {
    payments: () => ({ data: { me: { ...alice, name: 'Alice' } } }),
    notifications: () => 'nothing',
  };
  const { errors } = await ask('{ me { name notifications { type } } }');
  expect(errors).toMatchObject([{ extensions: { code: 'DEADLINE_EXCEEDED', serviceName: 'notifications' } }]);
});

test('a field nobody has is refused before any subgraph is asked', async () => {
  const { errors } = await ask('{ nonsense }');
  expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  expect(asked).toEqual({});
});

test('a subgraph that breaks the connection is asked again', async () => {
  let asks = 0;
  answers = { images: () => (asks++ === 0 ? 'hang up' : { data: { image: null } }) };
  expect(await ask('{ image(id: "x") { id } }')).toEqual({ data: { image: null } });
  expect(asks).toBe(2);
});

test('a subgraph that is away is UNAVAILABLE', async () => {
  servers['images']?.closeAllConnections();
  await new Promise((closed) => servers['images']?.close(closed));
  const { data, errors } = await ask('{ image(id: "x") { id } }');
  expect(data).toEqual({ image: null });
  expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', serviceName: 'images' } }]);
});
