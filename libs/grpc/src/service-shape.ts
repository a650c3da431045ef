/** A method in the grpc-js output of ts-proto; its codecs give the types of requests and responses. */
export interface MethodShape {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (value: never) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => unknown;
  readonly responseSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}

/** A service as generated: `ordersV1.OrdersServiceService`. */
export type ServiceShape = Readonly<Record<string, MethodShape>>;

export type RequestOf<M extends MethodShape> = ReturnType<M['requestDeserialize']>;
type ResponseOf<M extends MethodShape> = ReturnType<M['responseDeserialize']>;

/** The type of a controller method. Streams are async iterables, paced by the peer. */
type GrpcHandler<M extends MethodShape> = M['requestStream'] extends true
  ? M['responseStream'] extends true
    ? (requests: AsyncIterable<RequestOf<M>>) => AsyncIterable<ResponseOf<M>>
    : (requests: AsyncIterable<RequestOf<M>>) => Promise<ResponseOf<M>>
  : M['responseStream'] extends true
    ? (request: RequestOf<M>) => AsyncIterable<ResponseOf<M>>
    : (request: RequestOf<M>) => Promise<ResponseOf<M>>;

/** `class OrderGrpc implements GrpcHandlers<typeof ordersV1.OrdersServiceService>` */
export type GrpcHandlers<D extends ServiceShape> = { [K in keyof D]: GrpcHandler<D[K]> };

export interface CallOptions {
  /** Shortens (or, for streams, sets) the timeout of the call; never beyond the caller's deadline. */
  timeoutMs?: number;
  /** Ends a bidirectional stream immediately, whatever the peer does. */
  signal?: AbortSignal;
}

type GrpcCall<M extends MethodShape> = M['requestStream'] extends true
  ? M['responseStream'] extends true
    ? (requests: AsyncIterable<RequestOf<M>>, options?: CallOptions) => AsyncIterable<ResponseOf<M>>
    : (requests: AsyncIterable<RequestOf<M>>, options?: CallOptions) => Promise<ResponseOf<M>>
  : M['responseStream'] extends true
    ? (request: RequestOf<M>, options?: CallOptions) => AsyncIterable<ResponseOf<M>>
    : (request: RequestOf<M>, options?: CallOptions) => Promise<ResponseOf<M>>;

/** All errors are DomainErrors. */
export type GrpcClient<D extends ServiceShape> = { [K in keyof D]: GrpcCall<D[K]> };

/** `halftone.orders.v1.OrdersService` */
export function serviceNameOf(definition: ServiceShape): string {
  const name = Object.values(definition)[0]?.path.split('/')[1];
  if (!name) throw new Error('a gRPC service without methods');
  return name;
}

export const packageOf = (serviceName: string): string => serviceName.slice(0, serviceName.lastIndexOf('.'));
