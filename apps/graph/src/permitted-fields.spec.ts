import { endpointsOf } from '@halftone/kernel';
import { type FieldDefinitionNode, Kind, parse } from 'graphql';
import { supergraphSdl } from './supergraph';

const fieldsOf = (type: string): readonly FieldDefinitionNode[] =>
  parse(supergraphSdl).definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === type ? (definition.fields ?? []) : [],
  );

test('the queries and mutations are the same as in the permission table', () => {
  const fields = [...fieldsOf('Query'), ...fieldsOf('Mutation')].map(({ name }) => `GraphQL ${name.value}`);
  expect(fields.length).toBeGreaterThan(8);
  expect(endpointsOf('GraphQL').toSorted()).toEqual(fields.toSorted());
});
