import { RouterFixture } from './router.fixture';

let fixture: RouterFixture;

beforeAll(async () => {
  fixture = await RouterFixture.start();
});

afterAll(() => fixture.stop());

beforeEach(() => fixture.reset());

const alice = { __typename: 'Customer', id: 'alice' };

test('one query is answered from the subgraphs that own its fields', async () => {
  fixture.answers = {
    payments: () => ({ data: { me: { ...alice, name: 'Alice', balance: 100_000 } } }),
    orders: () => ({ data: { _entities: [{ orders: [{ id: 'o1', status: 'PAID' }] }] } }),
    images: () => ({ data: { _entities: [{ images: [{ id: 'i1' }] }] } }),
    notifications: () => ({ data: { _entities: [{ notifications: [{ type: 'order.paid' }] }] } }),
  };
  const { data, errors } = await fixture.ask(
    '{ me { name balance orders { id } images { id } notifications { type } } }',
  );
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
  expect(Object.values(fixture.requests).map((calls) => calls.length)).toEqual([1, 1, 1, 1]);
});

test('the token, the trace and the remaining deadline are passed on', async () => {
  fixture.answers = { payments: () => ({ data: { me: { ...alice, name: 'Alice' } } }) };
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await fixture.ask('{ me { name } }', { authorization: 'Bearer abc', traceparent, cookie: 'stays here' });
  const headers = fixture.requests['payments']?.[0]?.headers;
  expect(headers).toMatchObject({
    authorization: 'Bearer abc',
    traceparent: expect.stringContaining('0af7651916cd43dd8448eb211c80319c'),
  });
  expect(Number(headers?.['x-request-timeout-ms'])).toBeGreaterThan(0);
  expect(headers?.cookie).toBeUndefined();
});

test('the error code of a subgraph reaches the client', async () => {
  fixture.answers = {
    orders: () => ({
      data: { order: null },
      errors: [{ message: 'no such order', path: ['order'], extensions: { code: 'ORDER_NOT_FOUND' } }],
    }),
  };
  const { data, errors } = await fixture.ask('{ order(id: "x") { id } }');
  expect(data).toEqual({ order: null });
  expect(errors).toMatchObject([{ message: 'no such order', extensions: { code: 'ORDER_NOT_FOUND' } }]);
  expect(errors?.[0]?.extensions).not.toHaveProperty('stacktrace');
});

test('a subgraph that does not answer in time is DEADLINE_EXCEEDED, and other fields are answered', async () => {
  fixture.answers = {
    payments: () => ({ data: { me: { ...alice, name: 'Alice' } } }),
    notifications: () => 'no answer',
  };
  const { errors } = await fixture.ask('{ me { name notifications { type } } }');
  expect(errors).toMatchObject([{ extensions: { code: 'DEADLINE_EXCEEDED', serviceName: 'notifications' } }]);
});

test('an unknown field is refused without a call to a subgraph', async () => {
  const { errors } = await fixture.ask('{ nonsense }');
  expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  expect(fixture.requests).toEqual({});
});

test('a query is retried if the subgraph breaks the connection', async () => {
  let calls = 0;
  fixture.answers = { images: () => (calls++ === 0 ? 'disconnect' : { data: { image: null } }) };
  expect(await fixture.ask('{ image(id: "x") { id } }')).toEqual({ data: { image: null } });
  expect(calls).toBe(2);
});

test('a mutation whose answer is lost is not retried, and the error says that its outcome is unknown', async () => {
  let open = true;
  fixture.answers = {
    notifications: () => {
      if (!open) return { data: null, errors: [{ message: 'closed', extensions: { code: 'DEAD_LETTER_CLOSED' } }] };
      open = false;
      return 'disconnect';
    },
  };
  const { errors } = await fixture.ask('mutation { replayDeadLetter(id: "g/1") { id } }');
  expect(fixture.requests['notifications']).toHaveLength(1);
  expect(errors).toMatchObject([
    {
      path: ['replayDeadLetter'],
      message: 'notifications failed during the request; the mutation may or may not have been executed',
      extensions: { code: 'UNAVAILABLE', serviceName: 'notifications' },
    },
  ]);
});

test('a subgraph that is down is UNAVAILABLE', async () => {
  await fixture.stopSubgraph('images');
  const { data, errors } = await fixture.ask('{ image(id: "x") { id } }');
  expect(data).toEqual({ image: null });
  expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', serviceName: 'images' } }]);
});
