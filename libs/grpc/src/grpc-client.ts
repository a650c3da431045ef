import { Client, type ClientOptions, credentials } from '@grpc/grpc-js';
import { Lifecycle } from '@halftone/service';
import type { FactoryProvider, InjectionToken } from '@nestjs/common';
import { bidi, clientStream, serverStream, type Target, unary } from './client-call';
import type { CallOptions, GrpcClient, ServiceShape } from './service-shape';

export interface GrpcClientOptions {
  /** `host:port`, or `dns:///name:port` to spread calls over all addresses of the name. */
  url: string;
  /** Budget of a unary call whose caller set none; 2 s when absent. */
  timeoutMs?: number;
}

/**
 * Made for peers that come and go. A lost connection makes the name be looked up again, at most twice a second (grpc-js waits 30 s, in which
 * a rolling update may have replaced every address it knows). A peer that vanished without a word is noticed by a ping within 10 s; less would
 * take a process that waits for the CPU for one that is gone.
 *
 * grpc-js itself repeats only calls that never reached a handler: those that met a connection in the moment of its GOAWAY, streams too. It
 * keeps the beginning of each call for that, within the limits set here. All other retries are ours (retry.ts).
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

type Call = (input: never, options?: CallOptions) => unknown;

function callOf(target: Target): Call {
  const { requestStream, responseStream } = target.method;
  if (requestStream) return responseStream ? bidi(target) : clientStream(target);
  return responseStream ? serverStream(target) : unary(target);
}

/**
 * A typed client of a generated service. Connects at the first call, not here.
 *
 * Each call carries the caller's token, what is left of its deadline and the trace; it runs inside a span.
 */
export function connectGrpc<D extends ServiceShape>(
  definition: D,
  options: GrpcClientOptions,
): { client: GrpcClient<D>; close(): void } {
  const channel = new Client(options.url, credentials.createInsecure(), channelOptions);
  const timeoutMs = options.timeoutMs ?? 2_000;
  const calls = Object.entries(definition).map(([name, method]) => [name, callOf({ channel, method, timeoutMs })]);
  return { client: Object.fromEntries(calls) as GrpcClient<D>, close: () => channel.close() };
}

/** `providers: [grpcClient(IMAGES, imagesV1.ImagesServiceService, { url: config.IMAGES_GRPC })]`; closed with the process. */
export function grpcClient<D extends ServiceShape>(
  token: InjectionToken,
  definition: D,
  options: GrpcClientOptions,
): FactoryProvider<GrpcClient<D>> {
  return {
    provide: token,
    inject: [Lifecycle],
    useFactory: (lifecycle: Lifecycle) => {
      const { client, close } = connectGrpc(definition, options);
      lifecycle.onStop('close', `grpc ${options.url}`, async () => close());
      return client;
    },
  };
}
