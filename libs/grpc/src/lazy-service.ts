import type { MethodDefinition, sendUnaryData, Server, UntypedHandleCall } from '@grpc/grpc-js';

/** The method by which a library registers its service; Server has it. */
type Installer = (server: Pick<Server, 'addService'>) => void;

interface LazyMethod {
  path: string;
  requestStream: boolean;
  responseStream: boolean;
}

interface Installed {
  method: MethodDefinition<unknown, unknown>;
  handler: UntypedHandleCall;
}

const asIs = (bytes: Buffer) => bytes;
const codec = { requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs };

/**
 * Adds a service whose library is loaded at its first call.
 *
 * Health and reflection bring protobufjs and its parser (20 MiB), and most processes never use them. Until then only
 * the paths of their methods are known; the library decodes messages with its own codecs.
 */
export function addLazyService(server: Server, paths: readonly LazyMethod[], load: () => Promise<Installer>): void {
  let library: Promise<Map<string, Installed>> | undefined;
  const find = async (path: string) => {
    library ??= load().then(install);
    const found = (await library).get(path);
    if (!found) throw new Error(`the library does not serve ${path}`);
    return found;
  };
  const definition = Object.fromEntries(paths.map((path) => [path.path, { ...path, ...codec }]));
  const handlers = paths.map(({ path }): [string, UntypedHandleCall] => [path, lazyHandler(() => find(path))]);
  server.addService(definition, Object.fromEntries(handlers));
}

/** Runs the library's registration and records its handlers. */
function install(installer: Installer): Map<string, Installed> {
  const found = new Map<string, Installed>();
  installer({
    addService: (definition, implementation) => {
      for (const [name, method] of Object.entries(definition)) {
        const handler = implementation[name] ?? implementation[method.originalName ?? ''];
        if (handler) found.set(method.path, { method, handler });
      }
    },
  });
  return found;
}

const lazyHandler =
  (find: () => Promise<Installed>) =>
  (call: object, done?: sendUnaryData<Buffer>): void => {
    const answer = (method: Installed['method']): sendUnaryData<unknown> => {
      return (error, value) => done?.(error, error || value == null ? null : method.responseSerialize(value));
    };
    find().then(
      ({ method, handler }) => Reflect.apply(handler, undefined, [decoded(call, method), answer(method)]),
      (error: Error) => (done ? done(error) : Reflect.apply(Reflect.get(call, 'emit'), call, ['error', error])),
    );
  };

/** The call as the library expects it: messages instead of bytes. */
function decoded(call: object, method: Installed['method']): object {
  const { requestDeserialize: decode, responseSerialize: encode } = method;
  const own: Record<PropertyKey, unknown> = {
    write: (message: unknown) => Reflect.apply(Reflect.get(call, 'write'), call, [encode(message)]),
    on: (event: string, listener: (message: unknown) => void) => {
      const decodedListener = event === 'data' ? (bytes: Buffer) => listener(decode(bytes)) : listener;
      return Reflect.apply(Reflect.get(call, 'on'), call, [event, decodedListener]);
    },
  };
  return new Proxy(call, {
    get: (target, key) => {
      if (key === 'request') return decode(Reflect.get(target, key));
      const value = own[key] ?? Reflect.get(target, key);
      return typeof value === 'function' && !(key in own) ? value.bind(target) : value;
    },
  });
}
