import { endpointsOf } from '@halftone/kernel';
import { operations } from './wsdl';

test('the operations are the same as in the permission table', () => {
  const names = Object.keys(operations).map((name) => `SOAP ${name}`);
  expect(endpointsOf('SOAP').toSorted()).toEqual(names.toSorted());
});
