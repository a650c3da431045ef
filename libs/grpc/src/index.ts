/** gRPC: how services serve and call each other. */
export { connectGrpc, grpcClient } from './grpc-client';
export { GrpcController } from './grpc-controller';
export { GrpcServerModule } from './grpc-server';
export { type RequestSchemas, unchecked } from './request-schema';
export type { GrpcClient, GrpcHandlers, ServiceShape } from './service-shape';
export { grpcSettings, listening, peerUrl } from './settings';
export { TransferSum } from './transfer-sum';
