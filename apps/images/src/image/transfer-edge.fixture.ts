import { imagesV1 } from '@halftone/contracts';
import { GrpcServerModule, grpcSettings } from '@halftone/grpc';
import { PostgresModule, postgresSettings } from '@halftone/postgres';
import { defineService, Wakeup } from '@halftone/service';
import { JobStore } from '../queue/job.store';
import { migrations } from '../migrations';
import { ImageGrpc, MAX_BYTES } from './image.grpc';
import { ImageService } from './image.service';
import { ImageStore } from './image.store';
import { TransferCapacity } from './transfer-capacity.service';

/** The gRPC edge with the database, without the worker and without Redis. */
export const transferEdge = (capacity: TransferCapacity, maxBytes: number) =>
  defineService({
    name: 'images',
    settings: { ...grpcSettings, ...postgresSettings },
    module: ({ DATABASE_URL: url, GRPC_HOST: host, GRPC_PORT: port }) => ({
      module: class Edge {},
      imports: [
        PostgresModule.forRoot({ url, poolSize: 20, schema: 'images', migrations }),
        GrpcServerModule.forRoot({ services: [imagesV1.ImagesServiceService], host, port }),
      ],
      controllers: [ImageGrpc],
      providers: [
        { provide: MAX_BYTES, useValue: maxBytes },
        { provide: TransferCapacity, useValue: capacity },
        ...[ImageService, ImageStore, Wakeup, JobStore],
      ],
    }),
  });
