import { unboundedIn } from '@halftone/testing';
import * as requests from './requests.schema';

test('every text and list in a request has a maximum length', () => {
  const found = Object.values(requests).flatMap((schemas) =>
    Object.entries(schemas).flatMap(([rpc, schema]) => unboundedIn(schema).map((path) => `${rpc}.${path}`)),
  );
  expect(found).toEqual([]);
});
