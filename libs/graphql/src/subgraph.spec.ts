import { DomainError } from '@halftone/kernel';
import { testKeys } from '@halftone/testing';
import {
  currentCall,
  defineService,
  requirePrincipal,
  runInCall,
  type RunningService,
  startService,
} from '@halftone/service';
import {
  Args,
  Directive,
  Field,
  ID,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  ResolveReference,
  Resolver,
} from '@nestjs/graphql';
import { batched } from './batched';
import { subgraphModule } from './subgraph.module';

@ObjectType('Order')
@Directive('@key(fields: "id")')
class OrderType {
  @Field(() => ID) id!: string;
  @Field(() => Date) createdAt!: Date;
}

const batches: string[][] = [];
const asked: boolean[] = [];

@Resolver(() => OrderType)
class OrderGraphql {
  private readonly find = batched(async (ids: readonly string[]) => {
    batches.push([...ids]);
    return new Map(ids.filter((id) => id !== 'none').map((id) => [id, { id, createdAt: new Date(0) }]));
  });

  @Query(() => OrderType)
  order(@Args('id', { type: () => ID }) id: string): Promise<OrderType | null> {
    if (id === 'broken') throw new TypeError('the secret of /srv/app');
    if (id === 'none') throw new DomainError('ORDER_NOT_FOUND', 'No order none', [{ path: 'id', message: 'unknown' }]);
    if (id === 'mine') requirePrincipal();
    return this.find(id);
  }

  @ResolveReference()
  reference({ id }: { id: string }): Promise<OrderType | null> {
    return this.find(id);
  }

  @ResolveField(() => Boolean)
  inCall(@Parent() { id }: OrderType): boolean {
    asked.push(id !== '' && currentCall() !== undefined);
    return asked.at(-1) ?? false;
  }
}

class GraphModule {}

const graph = defineService({
  name: 'graph',
  settings: {},
  module: () => ({ module: GraphModule, imports: [subgraphModule()], providers: [OrderGraphql] }),
});

let service: RunningService;

beforeAll(async () => {
  service = await startService(graph, { HTTP_PORT: '0', LOG_LEVEL: 'silent', ...testKeys });
});
afterAll(() => service.stop());

async function ask(query: string, headers: Record<string, string> = { 'content-type': 'application/json' }) {
  const answer = await fetch(`${service.httpUrl}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

test('a resolver runs inside the call context; times are RFC 3339', async () => {
  const { body } = await ask('{ order(id: "1") { id createdAt inCall } }');
  expect(body).toEqual({ data: { order: { id: '1', createdAt: '1970-01-01T00:00:00.000Z', inCall: true } } });
});

test('entities are loaded together, each once; an unknown one is null', async () => {
  batches.length = 0;
  const keys = ['a', 'none', 'b', 'a'].map((id) => `{ __typename: "Order", id: "${id}" }`).join(', ');
  const { body } = await ask(`{ _entities(representations: [${keys}]) { ... on Order { id } } }`);
  expect(body).toEqual({ data: { _entities: [{ id: 'a' }, null, { id: 'b' }, { id: 'a' }] } });
  expect(batches).toEqual([['a', 'none', 'b']]);
});

test.each([
  [
    'a domain error',
    '{ order(id: "none") { id } }',
    200,
    { code: 'ORDER_NOT_FOUND', errors: [{ path: 'id', message: 'unknown' }] },
  ],
  ['a missing caller', '{ order(id: "mine") { id } }', 200, { code: 'UNAUTHENTICATED' }],
  ['a bug', '{ order(id: "broken") { id } }', 200, { code: 'INTERNAL' }],
  ['an unknown field', '{ order(id: "1") { colour } }', 400, { code: 'GRAPHQL_VALIDATION_FAILED' }],
  ['a syntax error', '{ order(', 400, { code: 'GRAPHQL_PARSE_FAILED' }],
  [
    'several operations',
    'query a { __typename } query b { __typename }',
    400,
    { code: 'OPERATION_RESOLUTION_FAILURE' },
  ],
  ['a missing variable', 'query ($id: ID!) { order(id: $id) { id } }', 400, { code: 'BAD_USER_INPUT' }],
  ['a mutation that the schema lacks', 'mutation { a }', 400, { code: 'GRAPHQL_VALIDATION_FAILED' }],
])('%s has an error code and no stack trace', async (_case, query, status, extensions) => {
  const answer = await ask(query);
  expect(answer.status).toBe(status);
  expect(answer.body.errors).toEqual([expect.objectContaining({ extensions })]);
  expect(JSON.stringify(answer.body)).not.toMatch(/secret|\.ts:\d/);
});

test('a form on another site cannot post a query', async () => {
  const answer = await ask('{ order(id: "1") { id } }', { 'content-type': 'text/plain' });
  expect(answer.status).toBe(415);
});

test('the schema is a federation 2 subgraph', async () => {
  const { body } = await ask('{ _service { sdl } }');
  expect(body.data._service.sdl).toMatch(/type Order\s+@key\(fields: "id"\)/);
  expect(body.data._service.sdl).toContain('federation/v2');
});

test('two requests never share loaded results', async () => {
  let loads = 0;
  const load = batched(async (keys: readonly string[]) => {
    loads += 1;
    return new Map(keys.map((key) => [key, loads]));
  });
  expect(await runInCall({}, async () => [await load('k'), await load('k')])).toEqual([1, 1]);
  expect(await runInCall({}, () => load('k'))).toBe(2);
  expect(() => load('k')).toThrow('call context');
});

test('an operation is measured by type and outcome', async () => {
  const [fine, wrong, unreadable] = [
    { operation_type: 'query', outcome: 'ok' },
    { operation_type: 'query', outcome: 'error' },
    { operation_type: 'unknown', outcome: 'error' },
  ].map((labels) => `graphql_operation_duration_seconds_count{${seriesOf(labels)}} `);
  const counts = async () => {
    const text = await (await fetch(`${service.httpUrl}/metrics`)).text();
    return [fine, wrong, unreadable].map((series) => Number(text.split(String(series))[1]?.split('\n')[0] ?? 0));
  };
  const before = await counts();
  for (const query of ['{ order(id: "1") { id } }', '{ order(id: "none") { id } }', '{ order(']) await ask(query);
  expect((await counts()).map((count, at) => count - (before[at] ?? 0))).toEqual([1, 1, 1]);
});

const seriesOf = (labels: Record<string, string>) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join();
