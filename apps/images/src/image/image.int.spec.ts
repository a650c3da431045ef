import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { imagesV1 } from '@halftone/contracts';
import { connectGrpc, GrpcServerModule, grpcSettings } from '@halftone/grpc';
import { Database, PostgresModule, postgresSettings } from '@halftone/postgres';
import { RedisModule, redisSettings } from '@halftone/redis';
import { defineService, part, runInCall, type RunningService, startAndStop, Wakeup } from '@halftone/service';
import { bootService, engines, type FreshSchema, freshSchema, testToken } from '@halftone/testing';
import { sql } from 'kysely';
import { JobProgress } from '../job/job-progress.service';
import { JobService } from '../job/job.service';
import { JobStore } from '../queue/job.store';
import { JobWorker } from '../job/job.worker';
import { migrations } from '../migrations';
import { Renderer, rendererOf, type RendererOptions } from '../renderer/renderer.service';
import { builtRenderer } from '../renderer/renderer.fixture';
import type { ImagesTables } from '../tables';
import { ImageGrpc, MAX_BYTES } from './image.grpc';
import { ImageService } from './image.service';
import { ImageStore } from './image.store';
import { TransferCapacity } from './transfer-capacity.service';

const { QUEUED } = imagesV1.ImageStatus;
const maxBytes = 1024 * 1024;

/** The gRPC edge and everything behind it except Kafka: events stay in the outbox. */
const edge = defineService({
  name: 'images',
  settings: { ...grpcSettings, ...postgresSettings, ...redisSettings },
  module: (config) => ({
    module: class Edge {},
    imports: [
      PostgresModule.forRoot({ url: config.DATABASE_URL, poolSize: 10, schema: 'images', migrations }),
      RedisModule.forRoot({ url: config.REDIS_URL }),
      GrpcServerModule.forRoot({
        services: [imagesV1.ImagesServiceService],
        host: config.GRPC_HOST,
        port: config.GRPC_PORT,
      }),
    ],
    controllers: [ImageGrpc],
    providers: [
      { provide: MAX_BYTES, useValue: maxBytes },
      {
        provide: TransferCapacity,
        useValue: new TransferCapacity({
          bytes: 16 * maxBytes,
          waitMs: 1_000,
          mostWaiting: 8,
          perCustomer: { bytes: 16 * maxBytes, mostWaiting: 8 },
        }),
      },
      ...[ImageService, ImageStore, Wakeup, JobProgress, JobService, JobStore, JobWorker, rendererOf(built)],
      startAndStop({ close: [part('renderer', Renderer, (it) => it.stop())] }),
    ],
  }),
});

let schema: FreshSchema;
let built: RendererOptions;
let service: RunningService;
let db: Database<ImagesTables>;
let remote: ReturnType<typeof connectGrpc<typeof imagesV1.ImagesServiceService>>;
const photo = (name: string) => readFile(`${__dirname}/../../../../assets/photos/${name}`);

beforeAll(async () => {
  built = await builtRenderer();
  schema = await freshSchema('images');
  service = await bootService(edge, { DATABASE_URL: schema.url, REDIS_URL: engines().redisUrl });
  db = service.app.get<Database<ImagesTables>>(Database);
  remote = connectGrpc(imagesV1.ImagesServiceService, { url: service.grpcUrl });
});
afterEach(() => sql`truncate image, blob, job, outbox, idempotency cascade`.execute(db.rows));
afterAll(async () => {
  remote.close();
  await service.stop();
  await schema.drop();
});

type Client = typeof remote.client;

async function as<R>(customer: string, call: (client: Client) => Promise<R>): Promise<R> {
  return runInCall({ token: await testToken(customer) }, () => call(remote.client));
}

async function* requests(bytes: Buffer, idempotencyKey: string, contentType = 'image/png') {
  yield { header: { contentType, fileName: 'photo', idempotencyKey } };
  for (let at = 0; at < bytes.length; at += 65_536) yield { chunk: bytes.subarray(at, at + 65_536) };
  yield { end: { size: bytes.length, sha256: createHash('sha256').update(bytes).digest() } };
}

const upload = (customer: string, bytes: Buffer, key: string = randomUUID(), contentType?: string) =>
  as(customer, (client) => client.uploadImage(requests(bytes, key, contentType)));

async function download(customer: string, id: string, rendition: string) {
  return as(customer, async (client) => {
    const messages: imagesV1.DownloadImageResponse[] = [];
    for await (const message of client.downloadImage({ id, rendition })) messages.push(message);
    return messages;
  });
}

const idOf = ({ image }: { image: imagesV1.Image | undefined }) => image?.id ?? '';

async function rowCounts(): Promise<number[]> {
  const tables = ['image', 'blob', 'job', 'outbox', 'idempotency'] as const;
  const counts = await Promise.all(
    tables.map((table) => sql<{ n: number }>`select count(*) n from ${sql.table(table)}`.execute(db.rows)),
  );
  return counts.map(({ rows }) => rows[0]?.n ?? -1);
}

test('a streamed photo is stored whole and downloads byte for byte', async () => {
  const bytes = await photo('chelsea.png');
  const { image, replayed } = await upload('alice', bytes, 'k1', 'image/gif');
  expect(replayed).toBe(false);
  expect(image).toMatchObject({
    customer: 'alice',
    status: QUEUED,
    contentType: 'image/png',
    size: bytes.length,
    width: 451,
    height: 300,
    version: 1,
  });
  expect(await rowCounts()).toEqual([1, 1, 1, 1, 1]);

  const [head, ...chunks] = await download('alice', idOf({ image }), 'original');
  expect(head).toEqual({ header: { contentType: 'image/png', size: bytes.length }, chunk: undefined });
  const sums = [Buffer.concat(chunks.flatMap(({ chunk }) => chunk ?? [])), bytes].map((each) =>
    createHash('sha256').update(each).digest('hex'),
  );
  expect(sums[0]).toBe(sums[1]);
  expect(chunks.at(-1)?.end).toEqual({ size: bytes.length, sha256: Buffer.from(sums[1] ?? '', 'hex') });
  expect(Math.max(...chunks.map(({ chunk }) => chunk?.length ?? 0))).toBe(65_536);
});

test('an upload whose stream ends without an end message is not stored', async () => {
  const bytes = await photo('chelsea.png');
  async function* cut() {
    yield { header: { contentType: 'image/png', fileName: 'photo', idempotencyKey: 'cut' } };
    yield { chunk: bytes.subarray(0, 65_536) };
  }
  await expect(as('alice', (client) => client.uploadImage(cut()))).rejects.toMatchObject({
    code: 'TRANSFER_INCOMPLETE',
  });
  expect(await rowCounts()).toEqual([0, 0, 0, 0, 0]);
});

test.each([
  ['text', () => Buffer.from('not a picture at all'), 'NOT_A_PICTURE'],
  ['an empty body', () => Buffer.alloc(0), 'NOT_A_PICTURE'],
  ['more than the limit', () => Buffer.alloc(maxBytes + 1), 'BODY_TOO_LARGE'],
])('%s stores nothing', async (_what, bytes, code) => {
  await expect(upload('alice', bytes())).rejects.toMatchObject({ code });
  expect(await rowCounts()).toEqual([0, 0, 0, 0, 0]);
});

test('a call without a token stores nothing', async () => {
  const bytes = await photo('rocket.jpg');
  await expect(remote.client.uploadImage(requests(bytes, 'k'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await rowCounts()).toEqual([0, 0, 0, 0, 0]);
});

test('five concurrent uploads with one key give one image and one answer', async () => {
  const bytes = await photo('rocket.jpg');
  const answers = await Promise.all(Array.from({ length: 5 }, () => upload('alice', bytes, 'k1')));
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(answers.map(({ image }) => image)).toEqual(answers.map(() => answers[0]?.image));
  expect(await rowCounts()).toEqual([1, 1, 1, 1, 1]);

  expect(idOf(await upload('bob', bytes, 'k1'))).not.toBe(idOf(answers[0] ?? { image: undefined }));
  await expect(upload('alice', await photo('chelsea.png'), 'k1')).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  });
});

test("another customer's photo is answered as unknown", async () => {
  const id = idOf(await upload('alice', await photo('rocket.jpg')));
  await service.app.get(JobWorker).next();
  for (const unknown of [id, randomUUID(), 'no id']) {
    await expect(as('bob', (client) => client.getImage({ id: unknown }))).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
    });
    await expect(download('bob', unknown, 'original')).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  }
  expect((await as('bob', (client) => client.listImages({ cursor: '' }))).images).toEqual([]);
  expect((await as('bob', (client) => client.filterPrintable({ ids: [id] }))).ids).toEqual([]);
});

test('only the own photos that are ready are printable', async () => {
  const ready = idOf(await upload('alice', await photo('rocket.jpg')));
  await service.app.get(JobWorker).next();
  const queued = idOf(await upload('alice', await photo('rocket.jpg')));
  const ids = [queued, randomUUID(), 'no id', ready];
  expect((await as('alice', (client) => client.filterPrintable({ ids }))).ids).toEqual([ready]);
});

test('a rendition can be downloaded once it is made', async () => {
  const id = idOf(await upload('alice', await photo('rocket.jpg')));
  await expect(download('alice', id, 'print')).rejects.toMatchObject({ code: 'RENDITION_NOT_FOUND' });
  await service.app.get(JobWorker).next();
  expect((await download('alice', id, 'print'))[0]?.header?.contentType).toBe('image/jpeg');
  await expect(download('alice', id, 'poster')).rejects.toMatchObject({ code: 'RENDITION_NOT_FOUND' });
});

test('photos are listed newest first, page by page', async () => {
  const bytes = await photo('rocket.jpg');
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) {
    ids.unshift(idOf(await upload('alice', bytes)));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const list = (limit: number, cursor: string) => as('alice', (client) => client.listImages({ limit, cursor }));
  const first = await list(2, '');
  const second = await list(2, first.nextCursor);
  expect([...first.images, ...second.images].map(({ id }) => id)).toEqual(ids);
  expect(second.nextCursor).toBe('');
  await expect(list(101, '')).rejects.toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path: 'limit' }] });
  await expect(list(1, 'nonsense')).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
});
