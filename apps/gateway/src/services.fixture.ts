import {
  grpcServices,
  type imagesV1,
  limits,
  type notificationsV1,
  type ordersV1,
  type paymentsV1,
} from '@halftone/contracts';
import {
  GrpcController,
  type GrpcHandlers,
  GrpcServerModule,
  grpcSettings,
  type ServiceShape,
  unchecked,
} from '@halftone/grpc';
import { defineService } from '@halftone/service';

/** Stubs of the services behind the gateway. A call without a stub fails, and so does its request. */
export type Stubs = { -readonly [Name in keyof Handlers]?: Handlers[Name] };

type Handlers = GrpcHandlers<typeof ordersV1.OrdersServiceService> &
  GrpcHandlers<typeof paymentsV1.PaymentsServiceService> &
  GrpcHandlers<typeof paymentsV1.AccountsServiceService> &
  GrpcHandlers<typeof imagesV1.ImagesServiceService> &
  GrpcHandlers<typeof notificationsV1.NotificationsServiceService>;

function controllerOf(definition: ServiceShape, stubs: Stubs) {
  class Fake {}
  for (const name of Object.keys(definition)) {
    const value = (request: never) => {
      const stub = stubs[name as keyof Stubs] as ((request: never) => unknown) | undefined;
      if (!stub) throw new Error(`${name} was called and has no stub`);
      return stub(request);
    };
    Object.defineProperty(Fake.prototype, name, { value, writable: true, configurable: true });
  }
  GrpcController(definition, unchecked(definition))(Fake);
  return Fake;
}

/** All services in one real gRPC server; tests may change `stubs`. */
export const fakeServices = (stubs: Stubs) =>
  defineService({
    name: 'fakes',
    settings: grpcSettings,
    module: ({ GRPC_HOST, GRPC_PORT }) => ({
      module: class FakesModule {},
      imports: [GrpcServerModule.forRoot({ services: grpcServices, host: GRPC_HOST, port: GRPC_PORT })],
      controllers: grpcServices.map((definition) => controllerOf(definition, stubs)),
    }),
  });

/**
 * The gateway's environment for these services. Nothing listens on port 1, because it must work without Redis. The
 * customers of a test may send more requests than those of the shop; `shopLimits` are for the tests of those limits.
 */
export const gatewayEnv = (grpcUrl: string, redisUrl = 'redis://127.0.0.1:1') => ({
  ORDERS_GRPC: grpcUrl,
  PAYMENTS_GRPC: grpcUrl,
  IMAGES_GRPC: grpcUrl,
  NOTIFICATIONS_GRPC: grpcUrl,
  REDIS_URL: redisUrl,
  REALTIME_URLS: 'http://one.example:3005,http://two.example:3005/',
  CUSTOMER_WRITES_PER_SECOND: '100000',
  CUSTOMER_REQUESTS_PER_SECOND: '100000',
  UPLOAD_BYTES_PER_SECOND: '1000000000',
});

/** The limits of one customer as they are in the shop. */
export const shopLimits = {
  CUSTOMER_WRITES_PER_SECOND: String(limits.customerWritesPerSecond.value),
  CUSTOMER_REQUESTS_PER_SECOND: String(limits.customerRequestsPerSecond.value),
};

/** Status and code of an error answer. */
export async function refusal(answer: Response): Promise<[number, unknown]> {
  const { code } = (await answer.json()) as { code: unknown };
  return [answer.status, code];
}
