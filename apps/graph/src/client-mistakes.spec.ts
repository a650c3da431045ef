import { RouterFixture } from './router.fixture';

let fixture: RouterFixture;

beforeAll(async () => {
  fixture = await RouterFixture.start();
});
afterAll(() => fixture.stop());

const alice = { __typename: 'Customer', id: 'alice' };

beforeEach(() => {
  fixture.reset();
  fixture.answers = {
    payments: () => ({ data: { me: { ...alice, balance: 1 } } }),
    orders: () => ({ data: { order: { id: 'o1' }, _entities: [{ orders: [] }] } }),
    notifications: () => ({ data: { replayDeadLetter: { id: 'g/1' }, deadLetters: [] } }),
  };
});

interface Mistake {
  what: string;
  body?: unknown;
  status?: number;
  code: string;
}

const query = '{ me { balance } }';
const deep = (depth: number) => '{ me '.repeat(depth) + '}'.repeat(depth);

const posts: Mistake[] = [
  { what: 'invalid JSON', body: '{', code: 'MALFORMED_JSON' },
  { what: 'an empty body', body: '', code: 'MALFORMED_JSON' },
  { what: 'JSON null', body: null, code: 'BAD_REQUEST' },
  { what: 'a string', body: '"x"', code: 'BAD_REQUEST' },
  { what: 'an empty object', body: {}, code: 'BAD_REQUEST' },
  { what: 'no query', body: { query: '' }, code: 'BAD_REQUEST' },
  { what: 'a query that is a number', body: { query: 1 }, code: 'BAD_REQUEST' },
  { what: 'a query that is an object', body: { query: { kind: 'Document' } }, code: 'BAD_REQUEST' },
  { what: 'a batch', body: [{ query }, { query }], code: 'BAD_REQUEST' },
  { what: 'an empty batch', body: [], code: 'BAD_REQUEST' },
  { what: 'variables in a string', body: { query, variables: '{}' }, code: 'BAD_REQUEST' },
  { what: 'variables in a list', body: { query, variables: [] }, code: 'BAD_REQUEST' },
  { what: 'a name that is a number', body: { query, operationName: 1 }, code: 'BAD_REQUEST' },
  { what: 'extensions in a string', body: { query, extensions: '{}' }, code: 'BAD_REQUEST' },
  {
    what: 'an unknown persisted query',
    body: { extensions: { persistedQuery: { version: 1, sha256Hash: 'a' } } },
    code: 'PERSISTED_QUERY_NOT_FOUND',
    status: 200,
  },
  {
    what: 'a hash of another query',
    body: { query, extensions: { persistedQuery: { version: 1, sha256Hash: 'a' } } },
    code: 'BAD_REQUEST',
  },
  {
    what: 'a persisted query without a version',
    body: { query, extensions: { persistedQuery: { sha256Hash: 'a' } } },
    code: 'BAD_REQUEST',
  },
  { what: 'a syntax error', body: { query: '{ me {' }, code: 'GRAPHQL_PARSE_FAILED' },
  { what: 'a query of 100,000 levels', body: { query: deep(100_000) }, status: 413, code: 'BODY_TOO_LARGE' },
  { what: 'a query of 10,000 levels', body: { query: deep(10_000) }, code: 'GRAPHQL_PARSE_FAILED' },
  { what: 'a query of 1,000 levels', body: { query: deep(1_000) }, code: 'QUERY_TOO_LARGE' },
  { what: 'a query of 10 levels', body: { query: deep(10) }, code: 'GRAPHQL_VALIDATION_FAILED' },
  { what: 'an unknown field', body: { query: '{ nonsense }' }, code: 'GRAPHQL_VALIDATION_FAILED' },
  { what: 'an unknown argument', body: { query: '{ me(id: 1) { id } }' }, code: 'GRAPHQL_VALIDATION_FAILED' },
  { what: 'a missing argument', body: { query: '{ order { id } }' }, code: 'GRAPHQL_VALIDATION_FAILED' },
  { what: 'a null literal', body: { query: '{ order(id: null) { id } }' }, code: 'GRAPHQL_VALIDATION_FAILED' },
  {
    what: 'a literal of the wrong kind',
    body: { query: '{ deadLetters(limit: "x") { id } }' },
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'a literal beyond an Int',
    body: { query: '{ deadLetters(limit: 99999999999) { id } }' },
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'an unknown enum value',
    body: { query: '{ deadLetters(state: NEW) { id } }' },
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'recursive fragments',
    body: { query: '{ me { ...a } } fragment a on Customer { ...a }' },
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  { what: 'only a fragment', body: { query: 'fragment a on Customer { id }' }, code: 'GRAPHQL_VALIDATION_FAILED' },
  { what: 'only a comment', body: { query: '# nothing' }, code: 'GRAPHQL_PARSE_FAILED' },
  { what: 'a definition of a type', body: { query: 'type A { b: Int }' }, code: 'GRAPHQL_VALIDATION_FAILED' },
  {
    what: 'several operations, none named',
    body: { query: '{ me { id } } { me { balance } }' },
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    what: 'several operations, no name given',
    body: { query: 'query a { me { id } } query b { me { id } }' },
    code: 'OPERATION_RESOLUTION_FAILURE',
  },
  {
    what: 'an unknown operation name',
    body: { query: 'query a { me { id } }', operationName: 'b' },
    code: 'OPERATION_RESOLUTION_FAILURE',
  },
  { what: 'a subscription', body: { query: 'subscription { me { id } }' }, code: 'GRAPHQL_VALIDATION_FAILED' },
  { what: 'a missing variable', body: { query: 'query ($id: ID!) { order(id: $id) { id } }' }, code: 'BAD_USER_INPUT' },
  {
    what: 'a null variable',
    body: { query: 'query ($id: ID!) { order(id: $id) { id } }', variables: { id: null } },
    code: 'BAD_USER_INPUT',
  },
  {
    what: 'a variable of the wrong kind',
    body: { query: 'query ($id: ID!) { order(id: $id) { id } }', variables: { id: {} } },
    code: 'BAD_USER_INPUT',
  },
  {
    what: 'a variable that is not an Int',
    body: { query: 'query ($n: Int) { deadLetters(limit: $n) { id } }', variables: { n: 1.5 } },
    code: 'BAD_USER_INPUT',
  },
  {
    what: 'a variable that is not an enum value',
    body: { query: 'query ($s: DeadLetterState) { deadLetters(state: $s) { id } }', variables: { s: 'NEW' } },
    code: 'BAD_USER_INPUT',
  },
  {
    what: 'a null in a condition',
    body: { query: 'query ($x: Boolean = true) { me { id @include(if: $x) balance } }', variables: { x: null } },
    code: 'BAD_USER_INPUT',
  },
  {
    what: 'a null in a condition that skips',
    body: { query: 'query ($x: Boolean = true) { me @skip(if: $x) { id } }', variables: { x: null } },
    code: 'BAD_USER_INPUT',
  },
  {
    what: 'a variable with the name of a router variable',
    body: {
      query: 'query ($representations: Int) { me { orders(limit: $representations) { id } } }',
      variables: { representations: 1 },
    },
    code: 'BAD_USER_INPUT',
  },
];

async function mistake(init: RequestInit, search = '') {
  const answer = await fetch(`${fixture.url}${search}`, init);
  const body = (await answer.json()) as { code?: string; errors?: { message: string; extensions: { code: string } }[] };
  return { status: answer.status, code: body.code ?? body.errors?.[0]?.extensions.code, text: JSON.stringify(body) };
}

const json = { 'content-type': 'application/json' };
const textOf = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));

test.each(posts)('$what is $code', async ({ body, status = 400, code }) => {
  const answer = await mistake({ method: 'POST', headers: json, body: textOf(body) });
  expect(answer).toMatchObject({ status, code });
  expect(answer.text).not.toMatch(/stacktrace|node_modules|\.js:\d/);
});

test.each([
  ['text', 'text/plain', 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['a form', 'application/x-www-form-urlencoded', 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ['a bare query', 'application/graphql', 415, 'UNSUPPORTED_MEDIA_TYPE'],
])('a body that is %s is %s', async (_what, type, status, code) => {
  const answer = await mistake({ method: 'POST', headers: { 'content-type': type }, body: query });
  expect(answer).toMatchObject({ status, code });
});

const get = { 'apollo-require-preflight': 'yes' };
const searchOf = (values: Record<string, string>) => `?${new URLSearchParams(values)}`;

test.each([
  ['no query', '', 400, 'BAD_REQUEST'],
  ['a mutation', searchOf({ query: 'mutation { replayDeadLetter(id: "g/1") { id } }' }), 405, 'BAD_REQUEST'],
  ['two queries', '?query=a&query=b', 400, 'BAD_REQUEST'],
  ['variables that are not JSON', searchOf({ query, variables: '{' }), 400, 'BAD_REQUEST'],
  ['variables that are not an object', searchOf({ query, variables: '1' }), 400, 'BAD_REQUEST'],
])('GET with %s is refused', async (_what, search, status, code) => {
  expect(await mistake({ headers: get }, search)).toMatchObject({ status, code });
});

test('a mutation by GET reaches no subgraph, and the answer has Allow', async () => {
  const search = searchOf({ query: 'mutation { replayDeadLetter(id: "g/1") { id } }' });
  const answer = await fetch(`${fixture.url}${search}`, { headers: get });
  expect(answer.headers.get('allow')).toBe('POST');
  expect(fixture.requests).toEqual({});
});

test('a cross-site request without CORS preflight is refused', async () => {
  expect(await mistake({}, searchOf({ query }))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
});

test('null in a nullable variable equals a missing one', async () => {
  const body = { query: 'query ($n: Int) { deadLetters(limit: $n) { id } }', variables: { n: null } };
  const answer = await mistake({ method: 'POST', headers: json, body: JSON.stringify(body) });
  expect(answer).toEqual({ status: 200, code: undefined, text: '{"data":{"deadLetters":[]}}' });
});

test('the answer uses the newer media type if the client accepts it', async () => {
  const headers = { ...json, accept: 'application/graphql-response+json' };
  const answer = await fetch(fixture.url, { method: 'POST', headers, body: JSON.stringify({ query: '{ nonsense }' }) });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    400,
    expect.stringContaining('application/graphql-response+json'),
  ]);
});
