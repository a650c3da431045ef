import type { Server } from '@grpc/grpc-js';
import type { ReflectionService } from '@grpc/reflection';
import { descriptors } from '@halftone/contracts';
import { addLazyService } from './lazy-service';

const versions = ['v1', 'v1alpha'];
const paths = versions.map((version) => ({
  path: `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
  requestStream: true,
  responseStream: true,
}));

type Files = ConstructorParameters<typeof ReflectionService>[0];

/** The services that every process has in addition to its own. */
const standard = ['grpc.health.v1.Health', ...versions.map((version) => `grpc.reflection.${version}.ServerReflection`)];

/** Lets tools like grpcurl list, describe and call our services without .proto files. */
export function addReflection(server: Server, names: readonly string[]): void {
  addLazyService(server, paths, async () => {
    const [library, files] = await Promise.all([import('@grpc/reflection'), fileDescriptors()]);
    const reflection = new library.ReflectionService(files, { services: [...names, ...standard] });
    return (installer) => reflection.addToServer(installer);
  });
}

/**
 * The compiler's descriptors, byte for byte. proto-loader would create new ones without their imports, which no
 * client can resolve. Of a package definition the library reads only `fileDescriptorProtos`.
 */
async function fileDescriptors(): Promise<Files> {
  const [{ fromJson, toBinary }, { FileDescriptorProtoSchema, FileDescriptorSetSchema }] = await Promise.all([
    import('@bufbuild/protobuf'),
    import('@bufbuild/protobuf/wkt'),
  ]);
  const { file } = fromJson(FileDescriptorSetSchema, descriptors);
  const fileDescriptorProtos = file.map((one) => Buffer.from(toBinary(FileDescriptorProtoSchema, one)));
  return { all: { fileDescriptorProtos } } as unknown as Files;
}
