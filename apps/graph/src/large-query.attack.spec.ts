import { logLines } from '@halftone/testing';
import { RouterFixture } from './router.fixture';

let fixture: RouterFixture;

beforeAll(async () => {
  fixture = await RouterFixture.start({ LOG_LEVEL: 'info' });
});
afterAll(() => fixture.stop());

const alice = { __typename: 'Customer', id: 'alice' };

beforeEach(() => {
  fixture.reset();
  fixture.answers = {
    payments: () => ({ data: { me: alice, a0: alice } }),
    orders: () => ({ data: { _entities: [{ orders: [] }] } }),
  };
});

const times = (count: number, one: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => one(at)).join(' ');

/** Each fragment is spread twice in the next: 2^20 fields in 21 lines. */
const doubling = () =>
  `{ me { ...f20 } } ${times(20, (at) => `fragment f${at + 1} on Customer { ...f${at} ...f${at} }`)} fragment f0 on Customer { id }`;

const nested = (depth: number) => '{ me '.repeat(depth) + '{ id }' + '}'.repeat(depth);
const introspection = (depth: number) =>
  `{ __schema { types ${'{ ofType '.repeat(depth)}{ name }${'}'.repeat(depth)} } }`;

interface Attack {
  what: string;
  query: string;
  code?: string;
  limits?: string[];
}

const attacks: Attack[] = [
  {
    what: '5,000 aliases',
    query: `{ ${times(5_000, (at) => `a${at}:me{id}`)} }`,
    code: 'GRAPHQL_PARSE_FAILED',
  },
  {
    what: '500 aliases',
    query: `{ ${times(500, (at) => `a${at}: me { orders { id } }`)} }`,
    limits: ['fields', 'rootFields', 'aliases'],
  },
  { what: '31 aliases below a field', query: `{ me { ${times(31, (at) => `a${at}: id`)} } }`, limits: ['aliases'] },
  {
    what: 'aliases in a fragment that is spread repeatedly',
    query: `{ ${times(4, () => '...f')} } fragment f on Query { ${times(8, (at) => `a${at}: me { id }`)} }`,
    limits: ['rootFields', 'aliases'],
  },
  { what: 'one field 1,000 times', query: `{ ${times(1_000, () => 'me { id }')} }`, limits: ['fields', 'rootFields'] },
  { what: '21 fields of the root', query: `{ ${times(21, () => 'me { id }')} }`, limits: ['rootFields'] },
  { what: 'one field 1,000 times below another', query: `{ me { ${times(1_000, () => 'id')} } }`, limits: ['fields'] },
  {
    what: 'one field 1,000 times in an unused fragment',
    query: `{ me { id } } fragment f on Customer { ${times(1_000, () => 'id')} }`,
    limits: ['fields'],
  },
  { what: 'fragments that double', query: doubling(), limits: ['fields'] },
  {
    what: 'a fragment that spreads itself repeatedly',
    query: `{ me { ...f } } fragment f on Customer { id ${times(500, () => '...f')} }`,
    limits: ['fields'],
  },
  { what: '17 levels', query: nested(17), limits: ['depth'] },
  { what: 'a type of a type of a type', query: introspection(20), limits: ['depth'] },
  {
    what: '100 directives',
    query: `{ me { id ${times(100, () => '@include(if: true)')} } }`,
    limits: ['directives'],
  },
  {
    what: '100 operations in one document',
    query: times(100, (at) => `query q${at} { me { id } }`),
    limits: ['definitions'],
  },
];

async function ask(query: unknown) {
  const body = typeof query === 'string' ? { query } : query;
  const answer = await fetch(fixture.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { code, errors } = (await answer.json()) as { code?: string; errors?: { extensions: Refusal }[] };
  return { status: answer.status, code: code ?? errors?.[0]?.extensions.code, errors: errors?.[0]?.extensions.errors };
}

interface Refusal {
  code: string;
  errors?: { path: string }[];
}

test.each(attacks)('$what is refused before execution', async ({ query, code = 'QUERY_TOO_LARGE', limits }) => {
  let answer: unknown;
  const lines = await logLines(async () => {
    answer = await ask(query);
  });
  const errors = limits?.map((path) => ({ path, message: expect.stringMatching(/^at most \d+ in one query$/) }));
  expect(answer).toEqual({ status: 400, code, errors });
  expect(fixture.requests).toEqual({});
  expect(lines.length).toBeLessThanOrEqual(1);
});

test('a refused query is refused again: it is not cached as validated', async () => {
  const query = `{ ${times(40, (at) => `a${at}: me { id }`)} }`;
  for (let round = 0; round < 3; round += 1) expect(await ask(query)).toMatchObject({ code: 'QUERY_TOO_LARGE' });
  expect(fixture.requests).toEqual({});
});

test('a body of more than 64 KB is refused', async () => {
  const answer = await ask({ query: '{ me { id } }', variables: { text: 'x'.repeat(65_536) } });
  expect(answer).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
});

test('a subgraph that is down is one log line per operation', async () => {
  fixture.answers = {
    payments: () => ({ data: Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`a${at}`, alice])) }),
    orders: () => 'disconnect',
  };
  const lines = await logLines(() => ask(`{ ${times(10, (at) => `a${at}: me { orders { id } }`)} }`));
  expect(fixture.requests['orders']?.length).toBeGreaterThanOrEqual(10);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(String(lines[0]))).toMatchObject({ level: 'warn', failures: 10, code: 'UNAVAILABLE' });
});

test('queries of people and tools are accepted', async () => {
  const { getIntrospectionQuery } = await import('graphql');
  expect(await ask(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))).toMatchObject({
    status: 200,
  });
  const wide = `{ me { ...f orders { ...g } } } fragment f on Customer { id name role balance currency images { id status contentType width
    height progress renditions { name width height size url } createdAt } notifications { id seq type subject time data } payments {
    ...p } } fragment g on Order { id status total currency lines { product quantity unitPrice } version reason createdAt payment {
    ...p } } fragment p on Payment { id status method amount currency description reason refunded createdAt refunds { id status } }`;
  expect((await ask(wide)).code).not.toBe('QUERY_TOO_LARGE');
  expect(await ask('{ a0: me { id } me { id orders { id } } }')).toMatchObject({ status: 200, code: undefined });
});
