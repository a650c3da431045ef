import { imagesV1, notificationsV1, ordersV1, paymentsV1 } from '@halftone/contracts';
import { endpointsOf } from '@halftone/kernel';
import type { ServiceShape } from './service-shape';

const contracts = [imagesV1, notificationsV1, ordersV1, paymentsV1];

/** The `…Service` exports of the generated modules are service shapes. */
const services = contracts.flatMap((contract) =>
  Object.entries(contract).flatMap(([name, value]) => (name.endsWith('ServiceService') ? [value as ServiceShape] : [])),
);

test('every gRPC method has a row in the permission table, and every row has a method', () => {
  const methods = services.flatMap((service) => Object.values(service).map(({ path }) => `gRPC ${path.slice(1)}`));
  expect(methods.length).toBeGreaterThan(25);
  expect(endpointsOf('gRPC').toSorted()).toEqual(methods.toSorted());
});
