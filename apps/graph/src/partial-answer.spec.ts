import {
  buildSchema,
  type DirectiveNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { RouterFixture } from './router.fixture';
import { supergraphSdl } from './supergraph';

const schema = buildSchema(supergraphSdl, { assumeValid: true });

const roots = [schema.getQueryType(), schema.getMutationType()].filter((type) => type != null);

const graphsOf = (directives: readonly DirectiveNode[] | undefined, name: string) =>
  (directives ?? []).filter((directive) => directive.name.value === name).map(graphOf);

const graphOf = ({ arguments: args = [] }: DirectiveNode) => {
  const value = args.find((argument) => argument.name.value === 'graph')?.value;
  return value?.kind === 'EnumValue' ? value.value : '';
};

/** The subgraphs that can answer a field: those of the field, else all of its type. */
function ownersOf(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): string[] {
  const own = graphsOf(field.astNode?.directives, 'join__field');
  return own.length > 0 ? own : graphsOf(type.astNode?.directives, 'join__type');
}

const ours = (all: GraphQLSchema) =>
  Object.values(all.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'));

const fieldsOf = (type: GraphQLObjectType) => Object.values(type.getFields());

/** Whether a null at a field of this type, or of an item of its list, ends there. */
const stopsNull = (type: GraphQLField<unknown, unknown>['type']) =>
  !isNonNullType(type) && !(isListType(type) && isNonNullType(type.ofType));

interface Join {
  /** The path where one subgraph's answer continues in another's. */
  at: string;
  safe: boolean;
}

/** Each field that returns an object in one subgraph, with the object's fields from another subgraph. */
const joins: Join[] = ours(schema).flatMap((parent) =>
  fieldsOf(parent).flatMap((outer) => {
    const type = getNamedType(outer.type);
    if (!isObjectType(type)) return [];
    const here = ownersOf(parent, outer);
    return fieldsOf(type)
      .filter((inner) => here.some((graph) => !ownersOf(type, inner).includes(graph)))
      .map((inner) => ({
        at: `${parent.name}.${outer.name}.${inner.name}`,
        safe: !isNonNullType(inner.type) || stopsNull(outer.type),
      }));
  }),
);

test('the walk finds the joins of the supergraph', () => {
  expect(joins.map(({ at }) => at)).toEqual(
    expect.arrayContaining([
      'Query.me.orders',
      'Query.me.notifications',
      'Query.me.images',
      'Query.order.payment',
      'Customer.orders.payment',
      'OrderLine.image.status',
    ]),
  );
});

test.each(joins)('$at: an error in the second subgraph does not null the fields of the first', ({ safe }) => {
  expect(safe).toBe(true);
});

const nullable = (type: GraphQLObjectType, filter: (field: GraphQLField<unknown, unknown>) => boolean) =>
  fieldsOf(type)
    .filter(filter)
    .map((field) => [`${type.name}.${field.name}`, !isNonNullType(field.type)] as const);

test.each(roots.flatMap((root) => nullable(root, () => true)))('%s: its error does not null other fields', (_, safe) =>
  expect(safe).toBe(true),
);

test.each(ours(schema).flatMap((type) => nullable(type, ({ args }) => args.length > 0)))(
  '%s: refused arguments do not null its object',
  (_, safe) => expect(safe).toBe(true),
);

describe('while a subgraph is down', () => {
  let fixture: RouterFixture;
  const alice = { __typename: 'Customer', id: 'alice' };
  const unavailable = { code: 'UNAVAILABLE', serviceName: expect.any(String) };

  beforeAll(async () => {
    fixture = await RouterFixture.start();
    await fixture.stopSubgraph('notifications');
  });
  afterAll(() => fixture.stop());
  beforeEach(() => fixture.reset());

  test('its field is null, with an error at its path; other fields are answered', async () => {
    fixture.answers = { payments: () => ({ data: { me: { ...alice, balance: 100_000 } } }) };
    const answer = await fixture.ask('{ me { balance latest: notifications(limit: 1) { seq } } }');
    expect(answer.data).toEqual({ me: { balance: 100_000, latest: null } });
    expect(answer.errors).toEqual([
      { message: "notifications can't be reached", path: ['me', 'latest'], extensions: unavailable },
    ]);
  });

  test('a root field is null, with an error at its path', async () => {
    fixture.answers = { payments: () => ({ data: { me: { ...alice, balance: 100_000 } } }) };
    const answer = await fixture.ask('{ deadLetters { id } me { balance } }');
    expect(answer.data).toEqual({ deadLetters: null, me: { balance: 100_000 } });
    expect(answer.errors).toMatchObject([{ path: ['deadLetters'], extensions: unavailable }]);
  });

  test('each object of a list has an error at its own path', async () => {
    fixture.answers = {
      orders: () => ({ data: { orders: ['o1', 'o2'].map((id) => ({ __typename: 'Order', id })) } }),
      payments: () => 'disconnect',
    };
    const answer = await fixture.ask('{ orders { id payment { amount } } }');
    expect(answer.data).toEqual({
      orders: [
        { id: 'o1', payment: null },
        { id: 'o2', payment: null },
      ],
    });
    expect(answer.errors).toMatchObject([
      { path: ['orders', 0, 'payment'], extensions: unavailable },
      { path: ['orders', 1, 'payment'], extensions: unavailable },
    ]);
  });

  test('a problem document becomes an error with its code', async () => {
    const problem = { type: 'about:blank', title: 'A part that is needed is away', status: 503, code: 'OVERLOADED' };
    fixture.answers = { payments: () => problem };
    const answer = await fixture.ask('{ me { balance } }');
    expect(answer.data).toEqual({ me: null });
    expect(answer.errors).toMatchObject([{ path: ['me'], extensions: { code: 'OVERLOADED' } }]);
  });
});
