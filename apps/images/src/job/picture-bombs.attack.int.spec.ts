/** Six pictures that exceed the memory limit, and another customer's small photo queued behind them. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RunningService } from '@halftone/service';
import { bootService, engines, type FreshSchema, freshSchema } from '@halftone/testing';
import sharp from 'sharp';
import { ImageService } from '../image/image.service';
import { builtRenderer } from '../renderer/renderer.fixture';
import { JobWorker } from './job.worker';
import { queueOf } from './queue.fixture';

let schema: FreshSchema;
let service: RunningService;
let images: ImageService;

beforeAll(async () => {
  schema = await freshSchema('images');
  const renderer = await builtRenderer(128 * 2 ** 20);
  service = await bootService(queueOf(renderer), { DATABASE_URL: schema.url, REDIS_URL: engines().redisUrl });
  images = service.app.get(ImageService);
});
afterAll(async () => {
  await service.stop();
  await schema.drop();
});

async function upload(customer: string, bytes: Buffer): Promise<string> {
  const { response } = await images.upload(customer, { key: randomUUID(), bytes, fingerprint: 'f' });
  return response.id;
}

test('each bomb is tried once and fails alone; the small photo is processed second', async () => {
  const bomb = await sharp({ create: { width: 6_000, height: 6_000, channels: 3, background: 'red' } })
    .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const bombs: string[] = [];
  for (let n = 0; n < 6; n++) bombs.push(await upload('attacker', bomb));
  const small = await upload('alice', await readFile(`${__dirname}/../../../../assets/photos/rocket.jpg`));

  const worker = service.app.get(JobWorker);
  expect([await worker.next(), await worker.next()]).toEqual([true, true]);
  expect((await images.get('alice', small)).state.status).toBe('ready');

  for (let n = 1; n < 6; n++) expect(await worker.next()).toBe(true);
  expect(await worker.next()).toBe(false);
  const reason = 'the picture is too large to be decoded';
  const failed = { status: 'failed', reason, code: 'PICTURE_TOO_LARGE' };
  for (const id of bombs) expect((await images.get('attacker', id)).state).toMatchObject(failed);
});
