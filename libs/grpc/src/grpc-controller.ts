import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Metadata,
  sendUnaryData,
  ServerDuplexStream,
  ServerReadableStream,
  ServerWritableStream,
} from '@grpc/grpc-js';
import { DomainError } from '@halftone/kernel';
import { Controller } from '@nestjs/common';
import { GrpcMethod, GrpcStreamCall, RpcException } from '@nestjs/microservices';
import { Observable } from 'rxjs';
import { type IncomingCall, serveCall } from './serve-call';
import { type GrpcHandlers, type MethodShape, serviceNameOf, type ServiceShape } from './service-shape';
import { statusOf } from './status';
import { pump } from './streams';

type Handler = (this: unknown, request: unknown) => unknown;

/**
 * Makes a class the gRPC edge of a service: each method of the definition that the class has is served, the rest
 * answers UNIMPLEMENTED. Methods are plain: a promise or an async iterable in, the same out (see GrpcHandlers).
 *
 * Each call runs inside its call context (see libs/service) and span. Streams are written at the speed of the reader.
 * A thrown DomainError becomes its status; anything else INTERNAL, without telling what it was.
 */
export function GrpcController<D extends ServiceShape>(definition: D) {
  const service = serviceNameOf(definition);
  return (target: abstract new (...args: never[]) => Partial<GrpcHandlers<D>>): void => {
    const prototype: object = target.prototype;
    for (const [name, method] of Object.entries(definition)) {
      const handler: unknown = Reflect.get(prototype, name);
      if (typeof handler === 'function') serve(prototype, service, name, method, handler as Handler);
    }
    Controller()(target);
  };
}

function serve(prototype: object, service: string, name: string, method: MethodShape, handler: Handler): void {
  const value = wrapperOf(method, handler);
  const descriptor = { value, writable: true, configurable: true, enumerable: false };
  const decorate = method.requestStream ? GrpcStreamCall(service, name) : GrpcMethod(service, name);
  decorate(prototype, name, descriptor);
  Object.defineProperty(prototype, name, descriptor);
}

function wrapperOf({ path, requestStream, responseStream }: MethodShape, handler: Handler) {
  if (requestStream) return responseStream ? bidi(path, handler) : clientStream(path, handler);
  return responseStream ? serverStream(path, handler) : unary(path, handler);
}

/** Nest hands an RpcException's content to grpc-js as it is. */
const thrown = (error: unknown): never => {
  throw new RpcException(statusOf(error));
};

const unary = (path: string, handler: Handler) =>
  function (this: unknown, request: unknown, _metadata: Metadata, call: IncomingCall): Promise<unknown> {
    return serveCall(path, call, async () => handler.call(this, request)).catch(thrown);
  };

/**
 * Nest would read the answer as fast as it comes and queue it. So the messages go to the call directly, and Nest gets
 * an observable that only tells the end.
 */
const serverStream = (path: string, handler: Handler) =>
  function (this: unknown, request: unknown, _metadata: Metadata, call: ServerWritableStream<unknown, unknown>) {
    return new Observable<never>((subscriber) => {
      const work = () => pump(handler.call(this, request) as AsyncIterable<unknown>, call, () => call.cancelled);
      serveCall(path, call, work).then(
        () => subscriber.complete(),
        (error) => subscriber.error(new RpcException(statusOf(error))),
      );
    });
  };

/** How long after an end of stream its reset may still come; one loop of the reader's event loop was seen, under load five. */
const resetMs = 5;

/**
 * What the caller sends, up to its own end of it. Node's HTTP/2 ends a stream that it cancels before it resets it, so a call
 * that breaks off looks complete for a moment: without waiting for that, half an upload would pass for a whole one.
 * Leaving early does not destroy the call: its status is still to be sent.
 */
async function* requestsOf(
  call: ServerReadableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>,
): AsyncGenerator<unknown> {
  yield* call.iterator({ destroyOnReturn: false });
  if (!call.cancelled) await Promise.race([once(call, 'cancelled'), sleep(resetMs)]);
  if (call.cancelled) throw new DomainError('UNAVAILABLE', 'the caller broke off before its last message');
}

const clientStream = (path: string, handler: Handler) =>
  async function (
    this: unknown,
    call: ServerReadableStream<unknown, unknown>,
    done: sendUnaryData<unknown>,
  ): Promise<void> {
    await serveCall(path, call, async () => handler.call(this, requestsOf(call))).then(
      (answer) => done(null, answer),
      (error) => done(statusOf(error)),
    );
  };

const bidi = (path: string, handler: Handler) =>
  async function (this: unknown, call: ServerDuplexStream<unknown, unknown>): Promise<void> {
    const listeners = new Set(call.listeners('error'));
    const work = () => pump(handler.call(this, requestsOf(call)) as AsyncIterable<unknown>, call, () => call.cancelled);
    await serveCall(path, call, work).then(
      () => call.end(),
      (error) => {
        hearErrorsOnly(call, listeners);
        call.emit('error', statusOf(error));
      },
    );
  };

/**
 * grpc-js learns the status by an 'error' event. A handler that fails while it still reads requests would hear that too, and Node's
 * iterator destroys the stream then, before the status is out: the caller would wait for ever.
 */
function hearErrorsOnly(call: ServerDuplexStream<unknown, unknown>, known: ReadonlySet<unknown>): void {
  for (const listener of call.listeners('error')) {
    if (!known.has(listener)) call.off('error', listener as (error: Error) => void);
  }
}
