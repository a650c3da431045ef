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

/** Retries are ours (retry.ts): they see our codes and stay within the deadline. A peer that restarted is found within a second. */
const channelOptions: ClientOptions = {
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
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
