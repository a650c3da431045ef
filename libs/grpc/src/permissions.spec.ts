import { grpcServices } from '@halftone/contracts';
import { endpointsOf } from '@halftone/kernel';

test('every gRPC method has a row in the permission table, and every row has a method', () => {
  const methods = grpcServices.flatMap((service) => Object.values(service).map(({ path }) => `gRPC ${path.slice(1)}`));
  expect(methods.length).toBeGreaterThan(25);
  expect(endpointsOf('gRPC').toSorted()).toEqual(methods.toSorted());
});
