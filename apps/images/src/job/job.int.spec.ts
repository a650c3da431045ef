import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { channelOf, ephemeralChannelOf, eventsV1, imagesV1 } from '@halftone/contracts';
import { Database, PostgresModule, postgresSettings } from '@halftone/postgres';
import { PubSub, RedisModule, redisSettings } from '@halftone/redis';
import { defineService, type RunningService } from '@halftone/service';
import { bootService, engines, eventually, type FreshSchema, freshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { ImageService } from '../image/image.service';
import { ImageStore } from '../image/image.store';
import { PictureSharp } from '../image/picture.sharp';
import { renditionPlans } from '../image/rendition';
import { migrations } from '../migrations';
import type { ImagesTables } from '../tables';
import { JobBell } from './job.bell';
import { JobProgress } from './job.progress';
import { JobService, LeaseLost } from './job.service';
import { JobStore } from './job.store';
import { JobWorker } from './job.worker';

/** The queue on its engines, without the edges. The worker does not run by itself: each test says when it takes a job. */
const queue = defineService({
  name: 'images',
  settings: { ...postgresSettings, ...redisSettings },
  module: (config) => ({
    module: class Queue {},
    imports: [
      PostgresModule.forRoot({ url: config.DATABASE_URL, poolSize: 10, schema: 'images', migrations }),
      RedisModule.forRoot({ url: config.REDIS_URL }),
    ],
    providers: [ImageService, ImageStore, PictureSharp, JobBell, JobProgress, JobService, JobStore, JobWorker],
  }),
});

let schema: FreshSchema;
let service: RunningService;
let db: Database<ImagesTables>;
let images: ImageService;
let jobs: JobService;
let pictures: PictureSharp;
let worker: JobWorker;

beforeAll(async () => {
  schema = await freshSchema('images');
  service = await bootService(queue, { DATABASE_URL: schema.url, REDIS_URL: engines().redisUrl });
  db = service.app.get<Database<ImagesTables>>(Database);
  [images, jobs, pictures, worker] = [ImageService, JobService, PictureSharp, JobWorker].map((type) =>
    service.app.get(type),
  ) as [ImageService, JobService, PictureSharp, JobWorker];
});
afterEach(async () => {
  jest.restoreAllMocks();
  await sql`truncate image, blob, job, outbox, idempotency cascade`.execute(db.rows);
});
afterAll(async () => {
  await service.stop();
  await schema.drop();
});

const photo = (name: string) => readFile(`${__dirname}/../../../../assets/photos/${name}`);
const upload = async (bytes: Buffer, customer = 'alice', key: string = randomUUID()) =>
  (await images.upload(customer, { key, bytes, fingerprint: 'f' })).response;
const expireLeases = () => sql`update job set lease_until = clock_timestamp() - interval '1 ms'`.execute(db.rows);
/** However long a busy machine takes over the next lines. */
const leasesLast = () => sql`update job set lease_until = clock_timestamp() + interval '1 minute'`.execute(db.rows);
const published = () =>
  db.rows.selectFrom('outbox').select(['type', 'sequence', 'key', 'value']).orderBy('id').execute();
const take = async () => {
  const job = await jobs.take();
  if (!job) throw new Error('no job is free');
  return job;
};

test('a photo becomes three renditions of the right sizes, and is heard of on the way', async () => {
  const customer = randomUUID();
  const heard: unknown[] = [];
  const end = await service.app
    .get(PubSub)
    .subscribe(ephemeralChannelOf(channelOf(customer)), (event) => heard.push(event));
  const { id } = await upload(await photo('rocket.jpg'), customer);
  expect(await worker.next()).toBe(true);

  expect(await images.get(customer, id)).toMatchObject({
    version: 2,
    state: { status: 'ready', progress: 100, step: 'done' },
    renditions: [
      { name: 'thumbnail', width: 200, height: 133, contentType: 'image/jpeg' },
      { name: 'preview', width: 640, height: 427, contentType: 'image/jpeg' },
      { name: 'print', width: 640, height: 427, contentType: 'image/jpeg' },
    ],
  });
  const thumbnail = await images.download(customer, id, 'thumbnail');
  expect(await pictures.identify(thumbnail.bytes)).toEqual({ contentType: 'image/jpeg', width: 200, height: 133 });
  await eventually(() => expect(heard).toHaveLength(5));
  expect(heard).toEqual(
    [0, 25, 50, 90, 100].map((progress) =>
      expect.objectContaining({
        type: 'image.progress',
        subject: `images/${id}`,
        data: expect.objectContaining({ imageId: id, progress }),
      }),
    ),
  );
  await end();
});

test('uploaded and ready are events 1 and 2 of the photo, keyed by its customer', async () => {
  const { id } = await upload(await photo('chelsea.png'));
  await worker.next();
  const events = await published();
  expect(events).toMatchObject([
    { type: 'image.uploaded', sequence: 1, key: 'alice' },
    { type: 'image.ready', sequence: 2, key: 'alice' },
  ]);
  const { image } = eventsV1.ImageEvent.decode(events[1]?.value ?? Buffer.alloc(0));
  expect(image).toMatchObject({ id, status: imagesV1.ImageStatus.READY, version: 2 });
  expect(image?.renditions.map(({ name }) => name)).toEqual(['thumbnail', 'preview', 'print']);
});

test('a worker killed after the thumbnail is followed by another, once, which goes on there; its own writes are refused', async () => {
  const bytes = await photo('rocket.jpg');
  const { id } = await upload(bytes);
  const killed = await take();
  await jobs.start(killed);
  const { bytes: jpeg, ...picture } = await pictures.render(bytes, renditionPlans.thumbnail);
  await jobs.saveRendition(killed, { name: 'thumbnail', size: jpeg.length, ...picture }, jpeg);
  await leasesLast();
  expect(await worker.next()).toBe(false);

  await expireLeases();
  const render = jest.spyOn(pictures, 'render');
  expect(await Promise.all([worker.next(), worker.next()])).toEqual(expect.arrayContaining([true, false]));
  expect(render.mock.calls.map(([, plan]) => plan)).toEqual([renditionPlans.preview, renditionPlans.print]);
  expect((await images.get('alice', id)).state.status).toBe('ready');

  const before = await published();
  await expect(jobs.saveRendition(killed, { name: 'preview', size: 1, ...picture }, jpeg)).rejects.toThrow(LeaseLost);
  await expect(jobs.complete(killed)).rejects.toThrow(LeaseLost);
  expect(await published()).toEqual(before);
});

test('a sleeper whose job another has taken, but not ended, changes nothing', async () => {
  const { id } = await upload(await photo('chelsea.png'));
  const sleeper = await take();
  await expireLeases();
  const next = await take();
  expect(next).toMatchObject({ imageId: id, fence: sleeper.fence + 1, attempts: 2 });
  await leasesLast();
  const late = [jobs.start(sleeper), jobs.renew(sleeper), jobs.failed(sleeper, 'picture')];
  for (const write of late) await expect(write).rejects.toThrow(LeaseLost);
  await jobs.handBack(sleeper);
  expect((await images.get('alice', id)).state.status).toBe('queued');
  expect(await jobs.take()).toBeUndefined();
});

test('workers that ask at the same moment get different jobs', async () => {
  const bytes = await photo('chelsea.png');
  await Promise.all(Array.from({ length: 8 }, () => upload(bytes)));
  const taken = await Promise.all(Array.from({ length: 12 }, () => jobs.take()));
  const ids = taken.flatMap((job) => job?.imageId ?? []);
  expect([ids.length, new Set(ids).size]).toEqual([8, 8]);
});

test('a renewed lease outlives its first term', async () => {
  await upload(await photo('chelsea.png'));
  const job = await take();
  await sql`update job set lease_until = clock_timestamp() + interval '50 ms'`.execute(db.rows);
  await jobs.renew(job);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await jobs.take()).toBeUndefined();
});

test('damaged pixels end the job at once, with a reason', async () => {
  const bytes = await photo('rocket.jpg');
  const { id } = await upload(bytes.subarray(0, bytes.length / 2));
  await worker.next();
  const { state, version } = await images.get('alice', id);
  expect(state).toEqual({ status: 'failed', progress: 0, step: 'failed', reason: 'the picture could not be decoded' });
  expect(version).toBe(2);
  expect((await published()).map(({ type }) => type)).toEqual(['image.uploaded', 'image.failed']);
  expect(await db.rows.selectFrom('job').selectAll().execute()).toEqual([]);
});

test('a photo that is cancelled while a worker is at it stays cancelled, and the worker goes on with the next', async () => {
  const { id } = await upload(await photo('chelsea.png'));
  const render = pictures.render.bind(pictures);
  jest.spyOn(pictures, 'render').mockImplementationOnce(async (bytes, plan) => {
    await images.cancel('alice', id);
    return render(bytes, plan);
  });
  expect(await worker.next()).toBe(true);
  expect(await images.get('alice', id)).toMatchObject({ version: 2, state: { status: 'cancelled' }, renditions: [] });
  expect((await published()).map(({ type }) => type)).toEqual(['image.uploaded', 'image.cancelled']);
  expect(await db.rows.selectFrom('job').selectAll().execute()).toEqual([]);
  expect((await images.cancel('alice', id)).version).toBe(2);
});

test('of cancelling and completing at the same moment one wins, and the events say which', async () => {
  const render = pictures.render.bind(pictures);
  for (let round = 0; round < 10; round++) {
    const { id } = await upload(await photo('chelsea.png'));
    let cancelling: Promise<unknown> = Promise.resolve();
    const rendering = jest.spyOn(pictures, 'render').mockImplementation(async (bytes, plan) => {
      const made = await render(bytes, plan);
      if (plan === renditionPlans.print) cancelling = images.cancel('alice', id).catch((error: unknown) => error);
      return made;
    });
    await worker.next();
    await cancelling;
    rendering.mockRestore();
    const { state, version } = await images.get('alice', id);
    expect([state.status, version]).toEqual([expect.stringMatching(/^(ready|cancelled)$/), 2]);
    expect((await published()).at(-1)?.type).toBe(`image.${state.status}`);
  }
});

test('a photo that is ready cannot be cancelled, nor one of somebody else', async () => {
  const { id } = await upload(await photo('chelsea.png'));
  await expect(images.cancel('bob', id)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  await worker.next();
  await expect(images.cancel('alice', id)).rejects.toMatchObject({ code: 'IMAGE_NOT_CANCELLABLE' });
});

test('what may pass is tried three times', async () => {
  const { id } = await upload(await photo('chelsea.png'));
  jest.spyOn(pictures, 'render').mockRejectedValue(new Error('no memory'));
  for (let attempt = 1; attempt <= 3; attempt++) {
    expect(await worker.next()).toBe(true);
    await expireLeases();
  }
  expect((await images.get('alice', id)).state).toMatchObject({
    status: 'failed',
    reason: 'it could not be processed in 3 attempts',
  });
});

test('a photo that kills its workers is given up', async () => {
  const { id } = await upload(await photo('chelsea.png'));
  for (let attempt = 1; attempt <= 3; attempt++) {
    await take();
    await expireLeases();
  }
  expect(await worker.next()).toBe(false);
  expect((await images.get('alice', id)).state.status).toBe('failed');
});

test('a worker that is told to stop ends after the rendition in hand and gives the job back uncounted', async () => {
  const { id } = await upload(await photo('chelsea.png'));
  const stopping = new JobWorker(jobs, pictures, service.app.get(JobProgress), new JobBell());
  const render = pictures.render.bind(pictures);
  jest.spyOn(pictures, 'render').mockImplementation((bytes, plan) => {
    void stopping.stop();
    return render(bytes, plan);
  });
  await stopping.next();
  expect((await images.get('alice', id)).renditions).toMatchObject([{ name: 'thumbnail' }]);
  expect(await take()).toMatchObject({ imageId: id, attempts: 1 });
});
