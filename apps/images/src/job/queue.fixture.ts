import { PostgresModule, postgresSettings } from '@halftone/postgres';
import { RedisModule, redisSettings } from '@halftone/redis';
import { defineService, part, startAndStop, Wakeup } from '@halftone/service';
import { ImageService } from '../image/image.service';
import { ImageStore } from '../image/image.store';
import { migrations } from '../migrations';
import { Renderer, rendererOf, type RendererOptions } from '../renderer/renderer.service';
import { JobProgress } from './job-progress.service';
import { JobService } from './job.service';
import { JobStore } from '../queue/job.store';
import { JobWorker } from './job.worker';

/** The queue with its engines, without the edges. The worker is not started: each test calls it. */
export const queueOf = (renderer: RendererOptions) =>
  defineService({
    name: 'images',
    settings: { ...postgresSettings, ...redisSettings },
    module: (config) => ({
      module: class Queue {},
      imports: [
        PostgresModule.forRoot({ url: config.DATABASE_URL, poolSize: 10, schema: 'images', migrations }),
        RedisModule.forRoot({ url: config.REDIS_URL }),
      ],
      providers: [
        ...[ImageService, ImageStore, Wakeup, JobProgress, JobService, JobStore, JobWorker],
        rendererOf(renderer),
        startAndStop({ close: [part('renderer', Renderer, (it) => it.stop())] }),
      ],
    }),
  });
