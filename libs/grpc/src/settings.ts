import { isHostAndPort, port } from '@halftone/service';
import { z } from 'zod';

export const grpcSettings = {
  GRPC_HOST: z.string().min(1).default('127.0.0.1').describe('address gRPC listens on'),
  GRPC_PORT: port(9090).describe('port of gRPC; 0 takes a free one'),
};

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
