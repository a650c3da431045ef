import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { cancelImageChannel, channelOf, ephemeralChannelOf } from '@halftone/contracts';
import { PostgresModule, postgresSettings } from '@halftone/postgres';
import { PubSub, RedisModule, redisSettings } from '@halftone/redis';
import { defineService, type RunningService } from '@halftone/service';
import { bootService, engines, eventually, type FreshSchema, freshSchema } from '@halftone/testing';
import { JobBell } from '../job/job.bell';
import { JobProgress } from '../job/job.progress';
import { JobService } from '../job/job.service';
import { JobStore } from '../job/job.store';
import { JobWorker } from '../job/job.worker';
import { migrations } from '../migrations';
import { ImageCommands } from './image.commands';
import { ImageService } from './image.service';
import { ImageStore } from './image.store';
import { PictureSharp } from './picture.sharp';

const service = defineService({
  name: 'images',
  settings: { ...postgresSettings, ...redisSettings },
  module: (config) => ({
    module: class Commands {},
    imports: [
      PostgresModule.forRoot({ url: config.DATABASE_URL, poolSize: 5, schema: 'images', migrations }),
      RedisModule.forRoot({ url: config.REDIS_URL }),
    ],
    providers: [
      ...[ImageCommands, ImageService, ImageStore, PictureSharp, JobBell],
      ...[JobProgress, JobService, JobStore, JobWorker],
    ],
  }),
});

let schema: FreshSchema;
let running: RunningService;
let images: ImageService;
const customer = `test-${randomUUID()}`;

beforeAll(async () => {
  schema = await freshSchema('images');
  running = await bootService(service, { DATABASE_URL: schema.url, REDIS_URL: engines().redisUrl });
  images = running.app.get(ImageService);
});
afterAll(async () => {
  await running.stop();
  await schema.drop();
});

const upload = async () => {
  const bytes = await readFile(`${__dirname}/../../../../assets/photos/chelsea.png`);
  return (await images.upload(customer, { key: randomUUID(), bytes, fingerprint: 'f' })).response.id;
};
const send = (command: unknown) => running.app.get(PubSub).publish(cancelImageChannel, command);

test('a command cancels the photo of the customer who sent it, whatever came before', async () => {
  const id = await upload();
  await send('nonsense');
  await send({ customer: 'somebody-else', imageId: id });
  await send({ customer, imageId: id });
  await eventually(async () => expect((await images.get(customer, id)).state.status).toBe('cancelled'));
});

test('who is too late is told so, and nobody else', async () => {
  const id = await upload();
  await running.app.get(JobWorker).next();
  const heard: unknown[] = [];
  const end = await running.app.get(PubSub).subscribe(ephemeralChannelOf('*'), (event, channel) => {
    if (channel === ephemeralChannelOf(channelOf(customer))) heard.push(event);
  });
  await send({ customer, imageId: id });
  const data = { imageId: id, code: 'IMAGE_NOT_CANCELLABLE' };
  await eventually(() =>
    expect(heard).toEqual([expect.objectContaining({ type: 'image.cancel-refused', subject: `images/${id}`, data })]),
  );
  expect((await images.get(customer, id)).state.status).toBe('ready');
  await end();
});
