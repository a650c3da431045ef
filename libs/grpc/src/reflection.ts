import type { Server } from '@grpc/grpc-js';
import { descriptors } from '@halftone/contracts';
import { addLateService } from './late-service';

const paths = ['v1', 'v1alpha'].map((version) => ({
  path: `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
  requestStream: true,
  responseStream: true,
}));

/** Lets grpcurl and its like find our services without .proto files. */
export function addReflection(server: Server, names: readonly string[]): void {
  addLateService(server, paths, async () => {
    const [{ ReflectionService }, { loadFileDescriptorSetFromObject }] = await Promise.all([
      import('@grpc/reflection'),
      import('@grpc/proto-loader'),
    ]);
    const reflection = new ReflectionService(loadFileDescriptorSetFromObject(descriptors), { services: [...names] });
    return (installer) => reflection.addToServer(installer);
  });
}
