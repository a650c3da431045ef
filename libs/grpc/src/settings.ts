import { isHostAndPort, port } from '@halftone/service';
import { z } from 'zod';

export const grpcSettings = {
  GRPC_HOST: z.string().min(1).default('127.0.0.1').describe('address gRPC listens on'),
  GRPC_PORT: port(9090).describe('port of gRPC; 0 takes a free one'),
};

/** `host:port` of a peer, or `dns:///name:port` to balance over the addresses behind a name. */
export const peerUrl = (name: string) =>
  z
    .string()
    .refine((url) => isHostAndPort(url.replace(/^dns:\/\/\//, '')), 'is neither host:port nor dns:///name:port')
    .describe(`host:port of the gRPC server of ${name}, or dns:///name:port for all addresses behind the name`);
