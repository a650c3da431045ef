import { type CallOptions as Wire, type Client, Metadata } from '@grpc/grpc-js';
import { SpanKind } from '@opentelemetry/api';
import type { DomainError } from '@halftone/kernel';
import { currentCall, remainingMs, traceparent } from '@halftone/service';
import { retryWhileUnavailable } from './retry';
import { Rpc, runRpc } from './rpc';
import type { CallOptions, MethodShape } from './service-shape';
import { errorOfStatus } from './status';
import { pump } from './streams';

/** A method of a service, bound to its channel. */
export interface Target {
  channel: Client;
  method: MethodShape;
  /** The timeout of a unary call without its own. */
  timeoutMs: number;
}

/** Streams may last as long as their bytes need; this only ends hanging ones. */
const streamTimeoutMs = 30_000;

const deadlineOf = (timeoutMs: number) => Date.now() + Math.min(timeoutMs, remainingMs() ?? Infinity);

/** The caller's token and trace. */
function metadataOf(): Metadata {
  const metadata = new Metadata();
  const token = currentCall()?.token;
  const parent = traceparent();
  if (token) metadata.set('authorization', `Bearer ${token}`);
  if (parent) metadata.set('traceparent', parent);
  return metadata;
}

/** A stream cannot be retried, so it waits for the peer instead of failing immediately. */
function streamMetadata(): Metadata {
  const metadata = metadataOf();
  metadata.setOptions({ waitForReady: true });
  return metadata;
}

const streamOptions = (timeoutMs: number): Wire =>
  Number.isFinite(timeoutMs) || remainingMs() ? { deadline: deadlineOf(timeoutMs) } : {};

export const unary =
  ({ channel, method, timeoutMs }: Target) =>
  (request: never, options: CallOptions = {}): Promise<unknown> =>
    runRpc(method.path, SpanKind.CLIENT, async () => {
      const deadline = deadlineOf(options.timeoutMs ?? timeoutMs);
      return retryWhileUnavailable(deadline, () => once(channel, method, request, deadline));
    });

function once(channel: Client, method: MethodShape, request: never, deadline: number): Promise<unknown> {
  const { path, requestSerialize, responseDeserialize } = method;
  return new Promise((resolve, reject) => {
    channel.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadataOf(),
      { deadline },
      (error, response) => (error ? reject(errorOfStatus(error)) : resolve(response)),
    );
  });
}

export const clientStream =
  ({ channel, method }: Target) =>
  (requests: AsyncIterable<never>, options: CallOptions = {}): Promise<unknown> =>
    runRpc(method.path, SpanKind.CLIENT, () => upload(channel, method, requests, options));

/** The peer may answer before it has read everything; then the source is not read further. */
function upload(
  channel: Client,
  method: MethodShape,
  requests: AsyncIterable<never>,
  options: CallOptions,
): Promise<unknown> {
  const { path, requestSerialize, responseDeserialize } = method;
  return new Promise((resolve, reject) => {
    let answered = false;
    const wire = streamOptions(options.timeoutMs ?? streamTimeoutMs);
    const call = channel.makeClientStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      streamMetadata(),
      wire,
      (error, response) => {
        answered = true;
        if (error) reject(errorOfStatus(error));
        else resolve(response);
      },
    );
    pump(requests, call, () => answered).then(
      () => call.end(),
      (error) => {
        reject(error);
        call.cancel();
      },
    );
  });
}

export const serverStream =
  ({ channel, method }: Target) =>
  (request: never, options: CallOptions = {}): AsyncIterable<unknown> =>
    inSpan(method.path, () => {
      const { path, requestSerialize, responseDeserialize } = method;
      const wire = streamOptions(options.timeoutMs ?? streamTimeoutMs);
      return channel.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        streamMetadata(),
        wire,
      );
    });

export const bidi =
  ({ channel, method }: Target) =>
  (requests: AsyncIterable<never>, options: CallOptions = {}): AsyncIterable<unknown> =>
    inSpan(method.path, () => {
      const { path, requestSerialize, responseDeserialize } = method;
      const wire = streamOptions(options.timeoutMs ?? Infinity);
      const call = channel.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, streamMetadata(), wire);
      options.signal?.addEventListener('abort', () => call.cancel(), { once: true });
      pump(requests, call, () => call.destroyed).then(
        () => call.end(),
        (error) => call.destroy(error),
      );
      return call;
    });

interface ResponseStream extends AsyncIterable<unknown> {
  cancel(): void;
}

/** Starts the call immediately; leaving the loop early cancels it. */
function inSpan(path: string, begin: () => ResponseStream): AsyncIterable<unknown> {
  const rpc = new Rpc(path, SpanKind.CLIENT);
  return responsesOf(rpc.within(begin), rpc);
}

async function* responsesOf(call: ResponseStream, rpc: Rpc): AsyncGenerator<unknown> {
  let refusal: DomainError | undefined;
  try {
    yield* call;
  } catch (error) {
    refusal = errorOfStatus(error);
    throw refusal;
  } finally {
    call.cancel();
    rpc.end(refusal);
  }
}
