import { DomainError } from '@halftone/kernel';
import { defineService, type RunningService } from '@halftone/service';
import { bootService, growth, logLines } from '@halftone/testing';
import { Args, ID, Int, Query, Resolver } from '@nestjs/graphql';
import { subgraphModule } from './subgraph.module';

let calls = 0;

@Resolver()
class OrderGraphql {
  @Query(() => Int, { nullable: true })
  order(@Args('id', { type: () => ID }) id: string): number {
    calls += 1;
    if (id === 'broken') throw new TypeError('a bug');
    if (id === 'none') throw new DomainError('ORDER_NOT_FOUND', 'No order none');
    return 1;
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
  service = await bootService(graph, { LOG_LEVEL: 'info' });
});
afterAll(() => service.stop());
beforeEach(() => {
  calls = 0;
});

async function ask(body: unknown) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${service.httpUrl}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as { errors?: { extensions: object }[] } };
}

const orders = (...ids: string[]) => ({ query: `{ ${ids.map((id, at) => `a${at}: order(id: "${id}")`).join(' ')} }` });
const many = (count: number, id: string) => Array.from({ length: count }, () => id);

test('more aliases than the router may send are rejected before any work, and counted', async () => {
  const refused = ['rootFields', 'aliases'].map((limit) => `graphql_queries_refused_total{limit="${limit}"}`);
  let answer: unknown;
  const grown = await growth(refused, async () => {
    answer = await ask(orders(...many(61, '1')));
  });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: 'QUERY_TOO_LARGE' } }] } });
  expect([calls, ...grown]).toEqual([0, 1, 1]);
});

test('twice the limit of a client is accepted, because a query plan adds to it', async () => {
  expect(await ask(orders(...many(40, '1')))).toMatchObject({ status: 200 });
  expect(calls).toBe(40);
});

test('a type that is nested beyond the stack is refused without a stack in the answer', async () => {
  const type = `${'['.repeat(2_300)}${']'.repeat(2_300)}`;
  const { status, body } = await ask({ query: `query($x: String = ${type}) { order(id: "1") }` });
  expect(status).toBe(400);
  expect(JSON.stringify(body)).not.toMatch(/stack/);
  expect(calls).toBe(0);
});

test('a batch is rejected before any work', async () => {
  const answer = await ask([orders('1'), orders('2')]);
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } });
  expect(calls).toBe(0);
});

test('however many fields fail, one line is logged: the worst error, and the number of errors', async () => {
  const lines = await logLines(() => ask(orders(...many(30, 'none'), 'broken')));
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({
      level: 'error',
      code: 'INTERNAL',
      failures: 31,
      msg: 'a30: Internal error',
    }),
  ]);
});
