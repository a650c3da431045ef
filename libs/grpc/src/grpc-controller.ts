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
import type { z } from 'zod';
import { assertRequest, type RequestSchemas } from './request-schema';
import { type IncomingCall, serveCall } from './serve-call';
import { type GrpcHandlers, type MethodShape, serviceNameOf, type ServiceShape } from './service-shape';
import { statusOf } from './status';
import { pump } from './streams';

type Handler = (this: unknown, request: unknown) => unknown;

/**
 * Makes a class the gRPC edge of a service: each method of the definition that the class has is served; the others
 * return UNIMPLEMENTED. Methods are plain functions: a request or an async iterable in, a promise or an async
 * iterable out (see GrpcHandlers). A request that does not match its schema never reaches a method.
 *
 * Each call runs inside its call context (see libs/service) and span. The reader paces a stream. A throwStatus DomainError
 * becomes its status; any other error becomes INTERNAL and exposes nothing.
 */
export function GrpcController<D extends ServiceShape>(definition: D, schemas: RequestSchemas<D>) {
  const service = serviceNameOf(definition);
  return (target: abstract new (...args: never[]) => Partial<GrpcHandlers<D>>): void => {
    const prototype: object = target.prototype;
    for (const [name, method] of Object.entries(definition)) {
      const handler: unknown = Reflect.get(prototype, name);
      if (typeof handler !== 'function') continue;
      const schema = schemas[name];
      if (!schema) throw new Error(`${method.path} has no request schema`);
      serve(prototype, service, name, method, checked(method, schema, handler as Handler));
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

function checked({ requestStream }: MethodShape, schema: z.ZodType, handler: Handler): Handler {
  if (requestStream)
    return function (requests) {
      return handler.call(this, eachChecked(schema, requests as AsyncIterable<unknown>));
    };
  return function (request) {
    assertRequest(schema, request);
    return handler.call(this, request);
  };
}

async function* eachChecked(schema: z.ZodType, requests: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  for await (const request of requests) {
    assertRequest(schema, request);
    yield request;
  }
}

function wrapperOf({ path, requestStream, responseStream }: MethodShape, handler: Handler) {
  if (requestStream) return responseStream ? bidi(path, handler) : clientStream(path, handler);
  return responseStream ? serverStream(path, handler) : unary(path, handler);
}

/** Nest passes the content of an RpcException to grpc-js unchanged. */
const throwStatus = (error: unknown): never => {
  throw new RpcException(statusOf(error));
};

const unary = (path: string, handler: Handler) =>
  function (this: unknown, request: unknown, _metadata: Metadata, call: IncomingCall): Promise<unknown> {
    return serveCall(path, call, async () => handler.call(this, request)).catch(throwStatus);
  };

/**
 * Nest would read the responses as fast as they come and queue them. So they are written to the call directly, and
 * Nest gets an observable that only signals the end.
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

/**
 * The caller's messages up to the end of its stream. That end does not prove that all were sent: HTTP/2 may end a
 * stream before the reset of a cancelled call arrives. Where an incomplete stream would do harm, the contract has a
 * last message with the totals (see TransferSum). Leaving early does not destroy the call, because its status must
 * still be sent.
 */
async function* requestsOf(
  call: ServerReadableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>,
): AsyncGenerator<unknown> {
  yield* call.iterator({ destroyOnReturn: false });
  if (call.cancelled) throw new DomainError('UNAVAILABLE', 'the caller cancelled before its last message');
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
        removeOtherErrorListeners(call, listeners);
        call.emit('error', statusOf(error));
      },
    );
  };

/**
 * grpc-js gets the status from an 'error' event. A handler that still reads requests would get that event too. Node's
 * iterator then destroys the stream before the status is sent, and the caller would wait forever.
 */
function removeOtherErrorListeners(call: ServerDuplexStream<unknown, unknown>, known: ReadonlySet<unknown>): void {
  for (const listener of call.listeners('error')) {
    if (!known.has(listener)) call.off('error', listener as (error: Error) => void);
  }
}
