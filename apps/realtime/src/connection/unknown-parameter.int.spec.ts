import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { endpointsOf } from '@halftone/kernel';
import { askUnknownParameter, routesOf, testToken } from '@halftone/testing';
import { bootReplica, type Replica } from '../fixture/replica.fixture';

const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

let replica: Replica;
let authorization: string;

beforeAll(async () => {
  replica = await bootReplica();
  authorization = `Bearer ${await testToken('alice')}`;
});
afterAll(() => replica.stop());

test('every route refuses an unknown query parameter with the same error', async () => {
  const { answers, expected } = await askUnknownParameter(replica, { headers: { authorization } });
  expect(answers).toEqual(expected);
  for (const route of ['GET /v1/events:', 'POST /v1/events:'])
    expect(expected).toContainEqual(expect.stringContaining(route));
});

test('every route has a row in the table of permissions', () => {
  const routes = routesOf(replica).filter(({ method }) => method === 'GET' || method === 'POST');
  const written = endpointsOf('REST').filter((place) => place.includes(' realtime/'));
  expect(routes.map(({ method, path }) => `REST ${method} realtime${path}`).toSorted()).toEqual(written.toSorted());
});

test('a WebSocket refuses an unknown query parameter', async () => {
  const headers = { ...upgrade, authorization };
  const asked = request(`${replica.httpUrl}/v1/events?nonsense=1`, { headers }).end();
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  expect(answer?.statusCode).toBe(400);
  expect(JSON.parse((await answer?.toArray())?.join('') ?? '')).toMatchObject({
    code: 'VALIDATION_FAILED',
    errors: [{ path: 'nonsense', message: 'unknown parameter' }],
  });
});
