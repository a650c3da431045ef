import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { channelOf, ephemeralChannelOf, eventsV1, imagesV1 } from '@halftone/contracts';
import { Database } from '@halftone/postgres';
import { PubSub } from '@halftone/redis';
import { type RunningService, Wakeup } from '@halftone/service';
import { bootService, engines, eventually, type FreshSchema, freshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { ImageService } from '../image/image.service';
import { identify } from '../image/picture-file';
import { PictureService, type RenderedPicture } from '../image/picture.service';
import { type RenditionPlan, renditionPlans } from '../image/rendition';
import { Renderer } from '../renderer/renderer.service';
import { builtRenderer } from '../renderer/renderer.fixture';
import type { ImagesTables } from '../tables';
import { JobProgress } from './job-progress.service';
import { JobService, LeaseLost } from './job.service';
import { JobWorker } from './job.worker';
import { queueOf } from './queue.fixture';

let schema: FreshSchema;
let service: RunningService;
let db: Database<ImagesTables>;
let images: ImageService;
let jobs: JobService;
let worker: JobWorker;
let renderer: Renderer;

beforeAll(async () => {
  schema = await freshSchema('images');
  service = await bootService(queueOf(await builtRenderer()), {
    DATABASE_URL: schema.url,
    REDIS_URL: engines().redisUrl,
  });
  db = service.app.get<Database<ImagesTables>>(Database);
  [images, jobs, worker] = [ImageService, JobService, JobWorker].map((type) => service.app.get(type)) as [
    ImageService,
    JobService,
    JobWorker,
  ];
  renderer = service.app.get(Renderer);
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
type Render = (plan: RenditionPlan) => Promise<RenderedPicture>;

/** Replaces rendering by `instead`, which may call the real renderer. Returns the plans requested. */
function onRender(instead: (plan: RenditionPlan, render: Render) => Promise<RenderedPicture>): RenditionPlan[] {
  const requested: RenditionPlan[] = [];
  const open = Renderer.prototype.open.bind(renderer);
  jest.spyOn(renderer, 'open').mockImplementation(async (size, parts) => {
    const photo = await open(size, parts);
    const render: Render = (plan) => {
      requested.push(plan);
      return instead(plan, photo.render);
    };
    return { ...photo, render };
  });
  return requested;
}

/** Keeps leases valid on a slow machine. */
const leasesLast = () => sql`update job set lease_until = clock_timestamp() + interval '1 minute'`.execute(db.rows);
const published = () =>
  db.rows.selectFrom('outbox').select(['type', 'sequence', 'key', 'value']).orderBy('id').execute();
const take = async () => {
  const job = await jobs.take();
  if (!job) throw new Error('no job is free');
  return job;
};

test('a photo gets three renditions of the right sizes and publishes its progress', async () => {
  const customer = randomUUID();
  const received: unknown[] = [];
  const end = await service.app
    .get(PubSub)
    .subscribe(ephemeralChannelOf(channelOf(customer)), (event) => received.push(event));
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
  expect(identify(Buffer.concat(await Readable.from(thumbnail.pieces).toArray()))).toEqual({
    contentType: 'image/jpeg',
    width: 200,
    height: 133,
  });
  await eventually(() => expect(received).toHaveLength(5));
  expect(received).toEqual(
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

test('uploaded and ready are events 1 and 2, keyed by customer', async () => {
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

test('another worker resumes, once, after the thumbnail of a killed one, whose later writes are refused', async () => {
  const bytes = await photo('rocket.jpg');
  const { id } = await upload(bytes);
  const killed = await take();
  await jobs.start(killed);
  const { bytes: jpeg, ...picture } = await new PictureService().render(bytes, renditionPlans.thumbnail);
  await jobs.saveRendition(killed, { name: 'thumbnail', size: jpeg.length, ...picture }, jpeg);
  await leasesLast();
  expect(await worker.next()).toBe(false);

  await expireLeases();
  const requested = onRender((plan, render) => render(plan));
  expect(await Promise.all([worker.next(), worker.next()])).toEqual(expect.arrayContaining([true, false]));
  expect(requested).toEqual([renditionPlans.preview, renditionPlans.print]);
  expect((await images.get('alice', id)).state.status).toBe('ready');

  const before = await published();
  await expect(jobs.saveRendition(killed, { name: 'preview', size: 1, ...picture }, jpeg)).rejects.toThrow(LeaseLost);
  await expect(jobs.complete(killed)).rejects.toThrow(LeaseLost);
  expect(await published()).toEqual(before);
});

test('a paused worker whose job another one has taken changes nothing', async () => {
  const { id } = await upload(await photo('chelsea.png'));
  const paused = await take();
  await expireLeases();
  const next = await take();
  expect(next).toMatchObject({ imageId: id, fence: paused.fence + 1, attempts: 2 });
  await leasesLast();
  const late = [jobs.start(paused), jobs.renew(paused), jobs.failed(paused, 'picture')];
  for (const write of late) await expect(write).rejects.toThrow(LeaseLost);
  await jobs.handBack(paused);
  expect((await images.get('alice', id)).state.status).toBe('queued');
  expect(await jobs.take()).toBeUndefined();
});

test('concurrent workers get different jobs', async () => {
  const bytes = await photo('chelsea.png');
  await Promise.all(Array.from({ length: 8 }, () => upload(bytes)));
  const taken = await Promise.all(Array.from({ length: 12 }, () => jobs.take()));
  const ids = taken.flatMap((job) => job?.imageId ?? []);
  expect([ids.length, new Set(ids).size]).toEqual([8, 8]);
});

test('renewing extends the lease', async () => {
  await upload(await photo('chelsea.png'));
  const job = await take();
  await sql`update job set lease_until = clock_timestamp() + interval '50 ms'`.execute(db.rows);
  await jobs.renew(job);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await jobs.take()).toBeUndefined();
});

test('damaged pixels fail the job immediately, with a reason', async () => {
  const bytes = await photo('rocket.jpg');
  const { id } = await upload(bytes.subarray(0, bytes.length / 2));
  await worker.next();
  const { state, version } = await images.get('alice', id);
  expect(state).toEqual({
    status: 'failed',
    progress: 0,
    step: 'failed',
    reason: 'the picture could not be decoded',
    code: 'NOT_A_PICTURE',
  });
  expect(version).toBe(2);
  expect((await published()).map(({ type }) => type)).toEqual(['image.uploaded', 'image.failed']);
  expect(await db.rows.selectFrom('job').selectAll().execute()).toEqual([]);
});

test('a photo cancelled during processing stays cancelled', async () => {
  const { id } = await upload(await photo('chelsea.png'));
  onRender(async (plan, render) => {
    await images.cancel('alice', id);
    return render(plan);
  });
  expect(await worker.next()).toBe(true);
  expect(await images.get('alice', id)).toMatchObject({ version: 2, state: { status: 'cancelled' }, renditions: [] });
  expect((await published()).map(({ type }) => type)).toEqual(['image.uploaded', 'image.cancelled']);
  expect(await db.rows.selectFrom('job').selectAll().execute()).toEqual([]);
  expect((await images.cancel('alice', id)).version).toBe(2);
});

test('when cancelling and completing race, one wins, and the last event matches the state', async () => {
  for (let round = 0; round < 10; round++) {
    const { id } = await upload(await photo('chelsea.png'));
    let cancelling: Promise<unknown> = Promise.resolve();
    onRender(async (plan, render) => {
      const made = await render(plan);
      if (plan === renditionPlans.print) cancelling = images.cancel('alice', id).catch((error: unknown) => error);
      return made;
    });
    await worker.next();
    await cancelling;
    jest.restoreAllMocks();
    const { state, version } = await images.get('alice', id);
    expect([state.status, version]).toEqual([expect.stringMatching(/^(ready|cancelled)$/), 2]);
    expect((await published()).at(-1)?.type).toBe(`image.${state.status}`);
  }
});

test("neither a ready photo nor another customer's can be cancelled", async () => {
  const { id } = await upload(await photo('chelsea.png'));
  await expect(images.cancel('bob', id)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  await worker.next();
  await expect(images.cancel('alice', id)).rejects.toMatchObject({ code: 'IMAGE_NOT_CANCELLABLE' });
});

test('a transient failure is tried three times', async () => {
  const { id } = await upload(await photo('chelsea.png'));
  onRender(() => Promise.reject(new Error('no memory')));
  for (let attempt = 1; attempt <= 3; attempt++) {
    expect(await worker.next()).toBe(true);
    await expireLeases();
  }
  expect((await images.get('alice', id)).state).toMatchObject({
    status: 'failed',
    reason: 'it could not be processed in 3 attempts',
  });
});

test('a photo that kills its workers fails', async () => {
  const { id } = await upload(await photo('chelsea.png'));
  for (let attempt = 1; attempt <= 3; attempt++) {
    await take();
    await expireLeases();
  }
  expect(await worker.next()).toBe(false);
  expect((await images.get('alice', id)).state.status).toBe('failed');
});

test('a stopping worker finishes the current rendition and returns the job without counting the attempt', async () => {
  const { id } = await upload(await photo('chelsea.png'));
  const stopping = new JobWorker(jobs, renderer, service.app.get(JobProgress), new Wakeup());
  onRender((plan, render) => {
    void stopping.stop();
    return render(plan);
  });
  await stopping.next();
  expect((await images.get('alice', id)).renditions).toMatchObject([{ name: 'thumbnail' }]);
  expect(await take()).toMatchObject({ imageId: id, attempts: 1 });
});
