import { createFileRegistry, create, fromBinary, fromJson, type Registry, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_timestamp,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { descriptors } from '@halftone/contracts';
import { type RunningService, startService } from '@halftone/service';
import { env, imageService } from './images.fixture';

let service: RunningService;

beforeAll(async () => {
  service = await startService(imageService, env);
});
afterAll(() => service.stop());

/** The messages of the protocol itself, as published. */
const protocol = createFileRegistry(fromJson(FileDescriptorSetSchema, descriptors as never));

type Question = { listServices: string } | { fileContainingSymbol: string } | { fileByFilename: string };
interface Reply {
  listServicesResponse?: { service: { name: string }[] };
  fileDescriptorResponse?: { fileDescriptorProto: Uint8Array[] };
  errorResponse?: { errorCode: number };
}

/** One request of a generic debugging tool. */
async function ask(version: string, question: Question): Promise<Reply> {
  const of = (name: string) => messageOf(protocol, `grpc.reflection.${version}.${name}`);
  const [request, response] = [of('ServerReflectionRequest'), of('ServerReflectionResponse')];
  const [[name, value] = ['', '']] = Object.entries(question);
  const channel = new Client(service.grpcUrl, credentials.createInsecure());
  const call = channel.makeBidiStreamRequest(
    `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
    (message: never) => Buffer.from(toBinary(request, message)),
    (bytes: Buffer) => fromBinary(response, bytes),
    new Metadata(),
  );
  call.end(create(request, { messageRequest: { case: name, value } }) as never);
  const answers: unknown[] = [];
  for await (const answer of call) answers.push(answer);
  channel.close();
  const { messageResponse } = answers[0] as { messageResponse: { case: string; value: never } };
  return { [messageResponse.case]: messageResponse.value };
}

function messageOf(registry: Registry, name: string) {
  const message = registry.getMessage(name);
  if (!message) throw new Error(`${name} is not described`);
  return message;
}

/** Requests the file of a symbol, then each missing import, as grpcurl does. Throws when one is missing. */
async function resolve(version: string, symbol: string): Promise<Registry> {
  const files = new Map<string, FileDescriptorProto>();
  const take = ({ fileDescriptorResponse }: Reply) => {
    for (const bytes of fileDescriptorResponse?.fileDescriptorProto ?? []) {
      const file = fromBinary(FileDescriptorProtoSchema, bytes);
      files.set(file.name, file);
    }
  };
  take(await ask(version, { fileContainingSymbol: symbol }));
  const imports = () => [...files.values()].flatMap(({ dependency }) => dependency);
  for (let missing = imports(); missing.length > 0; missing = imports().filter((name) => !files.has(name)))
    for (const fileByFilename of missing) {
      const before = files.size;
      if (files.has(fileByFilename)) continue;
      take(await ask(version, { fileByFilename }));
      if (files.size === before) throw new Error(`${fileByFilename} is missing`);
    }
  const root = [...files.values()].find((file) => fileOf(file, symbol));
  if (!root) throw new Error(`no file has ${symbol}`);
  return createFileRegistry(root, (name) => files.get(name));
}

const fileOf = ({ package: name, service }: FileDescriptorProto, symbol: string) =>
  service.some((one) => `${name}.${one.name}` === symbol);

const served = [
  'halftone.images.v1.ImagesService',
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
];

describe.each(['v1', 'v1alpha'])('reflection %s', (version) => {
  test('lists every service that is served', async () => {
    const { listServicesResponse } = await ask(version, { listServices: '*' });
    expect(listServicesResponse?.service.map(({ name }) => name)).toEqual(expect.arrayContaining(served));
  });

  test.each(served)('describes %s, with all imported files', async (name) => {
    const described = (await resolve(version, name)).getService(name);
    expect(described?.methods.length).toBeGreaterThan(0);
  });

  test('the described types are complete', async () => {
    const registry = await resolve(version, 'halftone.images.v1.ImagesService');
    const createdAt = messageOf(registry, 'halftone.images.v1.Image').field['createdAt'];
    expect(createdAt?.message?.file.name).toBe(file_google_protobuf_timestamp.name);
  });

  test('returns NOT_FOUND for an unknown name', async () => {
    expect(await ask(version, { fileContainingSymbol: 'no.such.Service' })).toMatchObject({
      errorResponse: { errorCode: 5 },
    });
    expect(await ask(version, { fileByFilename: 'no/such.proto' })).toMatchObject({ errorResponse: { errorCode: 5 } });
  });
});
