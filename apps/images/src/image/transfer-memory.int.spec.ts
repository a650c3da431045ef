import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { imagesV1 } from '@halftone/contracts';
import { connectGrpc } from '@halftone/grpc';
import { Database } from '@halftone/postgres';
import { runInCall, type RunningService } from '@halftone/service';
import { bootService, eventually, type FreshSchema, freshSchema, testToken } from '@halftone/testing';
import { sql } from 'kysely';
import type { ImagesTables } from '../tables';
import { ImageService } from './image.service';
import { transferEdge } from './transfer-edge.fixture';
import { TransferCapacity } from './transfer-capacity.service';

const mebibyte = 1024 * 1024;
const photoBytes = 8 * mebibyte;
const uploads = 10;
const capacity = new TransferCapacity({
  bytes: 2 * photoBytes,
  waitMs: 100_000,
  mostWaiting: 64,
  perCustomer: { bytes: 2 * photoBytes, mostWaiting: 64 },
});

let schema: FreshSchema;
let service: RunningService;
let db: Database<ImagesTables>;
let remote: ReturnType<typeof connectGrpc<typeof imagesV1.ImagesServiceService>>;
let bytes: Buffer;

beforeAll(async () => {
  const photo = await readFile(`${__dirname}/../../../../assets/photos/chelsea.png`);
  // Decoders ignore bytes after the end of a picture.
  bytes = Buffer.concat([photo, Buffer.alloc(photoBytes - photo.length)]);
  schema = await freshSchema('images');
  service = await bootService(transferEdge(capacity, photoBytes), { DATABASE_URL: schema.url });
  db = service.app.get<Database<ImagesTables>>(Database);
  remote = connectGrpc(imagesV1.ImagesServiceService, { url: service.grpcUrl });
});
afterAll(async () => {
  remote.close();
  await service.stop();
  await schema.drop();
});

let sent = 0;
beforeEach(() => {
  sent = 0;
});

async function* requests(announced: boolean) {
  const size = announced ? { size: bytes.length } : {};
  yield { header: { contentType: 'image/png', fileName: 'photo', idempotencyKey: randomUUID(), ...size } };
  for (let at = 0; at < bytes.length; at += 65_536) {
    sent += 65_536;
    yield { chunk: bytes.subarray(at, at + 65_536) };
  }
  yield { end: { size: bytes.length, sha256: createHash('sha256').update(bytes).digest() } };
}

const upload = async (announced: boolean) => {
  const token = await testToken(randomUUID());
  return runInCall({ token }, () => remote.client.uploadImage(requests(announced), { timeoutMs: 150_000 }));
};

/** Blocks all writes while `work` runs. */
async function whileDatabaseHangs<R>(work: () => Promise<R>): Promise<R> {
  let result: R | undefined;
  await db.tx(async (tx) => {
    await sql`lock table image, idempotency in access exclusive mode`.execute(tx);
    result = await work();
  });
  return result as R;
}

/** Waits until no more bytes are sent. */
const stalled = () =>
  eventually(async () => {
    const before = sent;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([before > 0, sent]).toEqual([true, before]);
  }, 20_000);

test('while the database hangs, uploads buffer up to the limit and the others wait at their clients; then all are stored', async () => {
  const stored = await whileDatabaseHangs(async () => {
    const answers = Promise.all(Array.from({ length: uploads }, () => upload(true)));
    await eventually(async () => expect(capacity.used).toBe(capacity.limits.bytes), 60_000);
    await stalled();
    // Each call has about 1.5 MiB in flight.
    expect(sent).toBeLessThan(capacity.limits.bytes + uploads * 2 * mebibyte);
    expect(capacity.used).toBe(capacity.limits.bytes);
    return { answers };
  });
  expect(await stored.answers).toHaveLength(uploads);
  expect(capacity.used).toBe(0);
});

test('unannounced uploads share the capacity; those beyond it are refused', async () => {
  const stored = await whileDatabaseHangs(async () => {
    let refused = 0;
    const counted = async () => {
      try {
        return await upload(false);
      } catch (refusal) {
        refused += 1;
        throw refusal;
      }
    };
    const answers = Promise.allSettled(Array.from({ length: uploads }, counted));
    await eventually(async () => expect(refused).toBeGreaterThanOrEqual(uploads - 2), 60_000);
    expect(capacity.used).toBeLessThanOrEqual(capacity.limits.bytes);
    return { answers };
  });
  const refusals = (await stored.answers).flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  expect(refusals.length).toBeGreaterThanOrEqual(uploads - 2);
  for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'OVERLOADED' });
  expect(capacity.used).toBe(0);
});

test('a download buffers one piece, even for a slow client', async () => {
  const customer = randomUUID();
  const token = await testToken(customer);
  const { image } = await runInCall({ token }, () => remote.client.uploadImage(requests(true)));
  const { size, pieces } = await service.app.get(ImageService).download(customer, image?.id ?? '', 'original');
  expect(size).toBe(photoBytes);
  const first = await pieces.next();
  expect(first.value?.length).toBe(mebibyte);
  expect((await pieces.next()).value?.equals(bytes.subarray(mebibyte, 2 * mebibyte))).toBe(true);
  // A download that had read the whole photo would not notice.
  await sql`delete from blob where image_id = ${image?.id}`.execute(db.rows);
  await expect(pieces.next()).rejects.toMatchObject({ code: 'TRANSFER_INCOMPLETE' });
});
