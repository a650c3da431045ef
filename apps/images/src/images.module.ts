import { imagesV1 } from '@halftone/contracts';
import { subgraphModule } from '@halftone/graphql';
import { GrpcServerModule } from '@halftone/grpc';
import { KafkaModule } from '@halftone/kafka';
import { PostgresModule } from '@halftone/postgres';
import { RedisModule } from '@halftone/redis';
import { Lifecycle } from '@halftone/service';
import { type DynamicModule, Module } from '@nestjs/common';
import type { ImagesConfig } from './config';
import { orphanedTypes, resolvers } from './graphql';
import { ImageCommands } from './image/image.commands';
import { ImageGrpc, MAX_BYTES } from './image/image.grpc';
import { ImageService } from './image/image.service';
import { ImageStore } from './image/image.store';
import { PictureSharp } from './image/picture.sharp';
import { JobBell } from './job/job.bell';
import { JobProgress } from './job/job.progress';
import { JobService } from './job/job.service';
import { JobStore } from './job/job.store';
import { JobWorker } from './job/job.worker';
import { migrations } from './migrations';

const WORK = Symbol('the worker runs');

/** An API process has the edges, a worker process the worker; the rows and the outbox relay are in both. */
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
        ...[ImageService, ImageStore, PictureSharp, JobStore, JobBell],
        ...(api ? [...resolvers, ImageCommands] : []),
        ...(worker ? [JobProgress, JobService, JobWorker, work] : []),
      ],
    };
  }
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
    host: config.GRPC_HOST,
    port: config.GRPC_PORT,
  }),
  subgraphModule({ orphanedTypes }),
];

const work = {
  provide: WORK,
  inject: [Lifecycle, JobWorker],
  useFactory: (lifecycle: Lifecycle, worker: JobWorker) => {
    lifecycle.onStart('consume', 'image jobs', async () => worker.start());
    lifecycle.onStop('yield', 'image jobs', () => worker.stop());
  },
};
