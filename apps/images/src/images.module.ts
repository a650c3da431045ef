import { imagesV1, limits } from '@halftone/contracts';
import { subgraphModule } from '@halftone/graphql';
import { GrpcServerModule, listening } from '@halftone/grpc';
import { KafkaModule } from '@halftone/kafka';
import { PostgresModule } from '@halftone/postgres';
import { RedisModule } from '@halftone/redis';
import { part, startAndStop, Wakeup } from '@halftone/service';
import { type DynamicModule, Module } from '@nestjs/common';
import type { ImagesConfig } from './config';
import { orphanedTypes, resolvers } from './graphql';
import { ImageGrpc, MAX_BYTES } from './image/image.grpc';
import { ImageService } from './image/image.service';
import { ImageStore } from './image/image.store';
import { TransferCapacity } from './image/transfer-capacity.service';
import { JobProgress } from './job/job-progress.service';
import { JobService } from './job/job.service';
import { JobStore } from './queue/job.store';
import { JobWorker } from './job/job.worker';
import { migrations } from './migrations';
import { Renderer, rendererOf } from './renderer/renderer.service';

/** For worker processes; an API process starts and stops only its engines and edges. */
const workerList = startAndStop({
  consume: [part('image jobs', JobWorker, (it) => it.start())],
  yield: [part('image jobs', JobWorker, (it) => it.stop())],
  close: [part('renderer', Renderer, (it) => it.stop())],
});

/** An API process has the edges, a worker process the worker; both have the database and the outbox relay. */
@Module({})
export class ImagesModule {
  static forRoot(config: ImagesConfig): DynamicModule {
    const api = config.IMAGES_ROLE !== 'worker';
    const worker = config.IMAGES_ROLE !== 'api';
    return {
      module: ImagesModule,
      imports: [...engines(config), ...(api ? edges(config) : [])],
      controllers: api ? [ImageGrpc] : [],
      providers: [
        { provide: MAX_BYTES, useValue: config.IMAGES_MAX_BYTES },
        { provide: TransferCapacity, useFactory: () => capacityOf(config) },
        ...[ImageService, ImageStore, JobStore, Wakeup],
        ...(api ? resolvers : []),
        ...(worker
          ? [JobProgress, JobService, JobWorker, rendererOf({ memoryBytes: config.IMAGES_DECODE_BYTES }), workerList]
          : []),
      ],
    };
  }
}

/** At least one photo of maximum size always fits. */
function capacityOf({ IMAGES_TRANSFER_BYTES, IMAGES_MAX_BYTES }: ImagesConfig): TransferCapacity {
  const bytes = Math.max(IMAGES_TRANSFER_BYTES, IMAGES_MAX_BYTES);
  const share = Math.max(Math.min(limits.uploadsOfCustomer.value, bytes), IMAGES_MAX_BYTES);
  return new TransferCapacity({
    bytes,
    waitMs: limits.uploadWait.value,
    mostWaiting: limits.uploadsWaiting.value,
    perCustomer: { bytes: share, mostWaiting: limits.uploadsWaitingOfCustomer.value },
  });
}

const engines = (config: ImagesConfig) => [
  PostgresModule.forRoot({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL_SIZE,
    idempotencyTtlHours: config.IDEMPOTENCY_TTL_HOURS,
    schema: 'images',
    migrations,
  }),
  KafkaModule.forRoot({ brokers: config.KAFKA_BROKERS, clientId: 'images', relay: true }),
  RedisModule.forRoot({ url: config.REDIS_URL }),
];

const edges = (config: ImagesConfig) => [
  GrpcServerModule.forRoot({
    services: [imagesV1.ImagesServiceService],
    ...listening(config),
  }),
  subgraphModule({ orphanedTypes }),
];
