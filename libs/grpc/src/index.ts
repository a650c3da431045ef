/** The calls: how services serve and call each other over gRPC. */
export { connectGrpc, grpcClient, type GrpcClientOptions } from './grpc-client';
export { GrpcController } from './grpc-controller';
export { GrpcServerModule, type GrpcServerOptions } from './grpc-server';
export {
  type CallOptions,
  type GrpcClient,
  type GrpcHandlers,
  type MethodShape,
  type RequestOf,
  type ResponseOf,
  serviceNameOf,
  type ServiceShape,
} from './service-shape';
export { grpcSettings, peerUrl } from './settings';
export { errorOfStatus, statusOf } from './status';
