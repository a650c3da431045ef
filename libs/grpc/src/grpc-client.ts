import { Client, type ClientOptions, credentials } from '@grpc/grpc-js';
import { part, startAndStop } from '@halftone/service';
import type { InjectionToken, Provider } from '@nestjs/common';
import { bidi, clientStream, serverStream, type Target, unary } from './client-call';
import { keepDrainingConnections } from './draining-connection';
import type { CallOptions, GrpcClient, MethodShape, ServiceShape } from './service-shape';

interface GrpcClientOptions {
  /** `host:port`, or `dns:///name:port` to spread calls over all addresses of the name. */
  url: string;
  /** The timeout of a unary call whose caller set none; 2 s by default. */
  timeoutMs?: number;
}

/**
 * Settings for peers that come and go. A lost connection resolves the name again, at most twice a second. By default
 * grpc-js waits 30 s, in which a rolling update may replace every known address. A ping detects a vanished peer
 * within 10 s; a shorter time would mistake a busy process for a dead one.
 *
 * grpc-js itself retries only calls that never reached a handler, streams too: those that met a GOAWAY. It buffers
 * the beginning of each call for that, within these limits. All other retries are ours (retry.ts).
 */
const channelOptions: ClientOptions = {
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  'grpc.service_config_disable_resolution': 1,
  'grpc.dns_min_time_between_resolutions_ms': 500,
  'grpc.per_rpc_retry_buffer_size': 256 * 1024,
  'grpc.retry_buffer_size': 8 * 1024 * 1024,
  'grpc.enable_channelz': 0,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.keepalive_time_ms': 5_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
};

/**
 * Byte streams have a connection of their own. On a shared one, the small message of another call waits until the
 * streams leave space in the flow-control window (RFC 9113 §5.2): 0.7 s behind 20 uploads, measured.
 */
const transferOptions: ClientOptions = { ...channelOptions, 'grpc.use_local_subchannel_pool': 1 };

type Call = (input: never, options?: CallOptions) => unknown;

function callOf(target: Target): Call {
  const { requestStream, responseStream } = target.method;
  if (requestStream) return responseStream ? bidi(target) : clientStream(target);
  return responseStream ? serverStream(target) : unary(target);
}

const isTransfer = ({ requestStream, responseStream }: MethodShape): boolean => requestStream !== responseStream;

/**
 * A typed client of a generated service. It connects at the first call, and has a second connection for streams in one
 * direction.
 *
 * Each call carries the caller's token, remaining deadline and trace, and runs inside a span.
 */
export function connectGrpc<D extends ServiceShape>(
  definition: D,
  options: GrpcClientOptions,
): { client: GrpcClient<D>; close(): void } {
  keepDrainingConnections();
  const messages = new Client(options.url, credentials.createInsecure(), channelOptions);
  const transfers = new Client(options.url, credentials.createInsecure(), transferOptions);
  const timeoutMs = options.timeoutMs ?? 2_000;
  const calls = Object.entries(definition).map(([name, method]) => {
    const channel = isTransfer(method) ? transfers : messages;
    return [name, callOf({ channel, method, timeoutMs })];
  });
  const close = () => [messages, transfers].forEach((channel) => channel.close());
  return { client: Object.fromEntries(calls) as GrpcClient<D>, close };
}

/**
 * `providers: [...grpcClient(IMAGES, imagesV1.ImagesServiceService, { url: config.IMAGES_GRPC })]`; closed with the
 * process.
 */
export function grpcClient<D extends ServiceShape>(
  token: InjectionToken,
  definition: D,
  options: GrpcClientOptions,
): Provider[] {
  const CONNECTION = Symbol(`grpc ${options.url}`);
  type Connection = ReturnType<typeof connectGrpc<D>>;
  return [
    { provide: CONNECTION, useFactory: () => connectGrpc(definition, options) },
    { provide: token, inject: [CONNECTION], useFactory: ({ client }: Connection) => client },
    startAndStop({ close: [part(`grpc ${options.url}`, CONNECTION, (it: Connection) => it.close())] }),
  ];
}
