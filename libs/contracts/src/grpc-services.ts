import type { ServiceDefinition } from '@grpc/grpc-js';
import * as versions from './versions';

/** Every gRPC service of proto/. The `…Service` exports of the generated modules are their definitions. */
export const grpcServices: readonly ServiceDefinition[] = Object.values(versions).flatMap((version) =>
  Object.entries(version).flatMap(([name, value]) =>
    name.endsWith('ServiceService') ? [value as unknown as ServiceDefinition] : [],
  ),
);
