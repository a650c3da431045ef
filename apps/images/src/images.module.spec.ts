import { stagesOf } from '@halftone/testing';
import type { ImagesConfig } from './config';
import { ImagesModule } from './images.module';

const stages = (IMAGES_ROLE: ImagesConfig['IMAGES_ROLE']) => {
  const engines = { KAFKA_BROKERS: ['127.0.0.1:9092'], REDIS_URL: 'redis://127.0.0.1:1' };
  return stagesOf(ImagesModule.forRoot({ ...engines, IMAGES_ROLE } as Partial<ImagesConfig> as ImagesConfig));
};

test('an API process starts and stops in this order', () => {
  expect(stages('api')).toEqual({
    connect: ['postgres', 'kafka', 'redis'],
    migrate: ['migrations'],
    serve: ['grpc'],
    consume: ['reaper', 'outbox relay'],
    yield: ['reaper'],
    drain: ['grpc'],
    flush: ['outbox relay'],
    close: ['postgres', 'kafka producer', 'kafka reader', 'redis'],
  });
});

test('a worker process starts and stops in this order', () => {
  expect(stages('worker')).toEqual({
    connect: ['postgres', 'kafka', 'redis'],
    migrate: ['migrations'],
    consume: ['reaper', 'outbox relay', 'image jobs'],
    yield: ['reaper', 'image jobs'],
    flush: ['outbox relay'],
    close: ['postgres', 'kafka producer', 'kafka reader', 'redis', 'renderer'],
  });
});
