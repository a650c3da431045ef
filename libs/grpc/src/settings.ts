import { type ConfigOf, isHostAndPort, port } from '@halftone/service';
import { z } from 'zod';

export const grpcSettings = {
  GRPC_HOST: z.string().min(1).default('127.0.0.1').describe('address gRPC listens on'),
  GRPC_PORT: port(9090).describe('port of gRPC; 0 takes a free one'),
  GRPC_CONNECTION_AGE_MS: z.coerce
    .number()
    .int()
    .min(1)
    .default(30_000)
    .describe('age at which a connection takes no new calls, so that clients find added replicas; its calls continue'),
};

/** The options of GrpcServerModule from the settings. */
export const listening = (config: ConfigOf<typeof grpcSettings>) => ({
  host: config.GRPC_HOST,
  port: config.GRPC_PORT,
  connectionAgeMs: config.GRPC_CONNECTION_AGE_MS,
});

const addressesOf = (url: string) =>
  url.startsWith('ipv4:') ? url.slice(5).split(',') : [url.replace(/^dns:\/\/\//, '')];

/** `host:port` of a peer, or `dns:///name:port` or `ipv4:address:port,address:port` to balance over several. */
export const peerUrl = (name: string) =>
  z
    .string()
    .refine(
      (url) => addressesOf(url).every(isHostAndPort),
      'is neither host:port nor dns:///name:port nor ipv4:a:p,b:p',
    )
    .describe(`host:port of the gRPC server of ${name}, or dns:///name:port for all addresses behind the name`);
