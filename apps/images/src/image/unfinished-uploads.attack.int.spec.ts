/** One customer starts 40 uploads of 19 MB and finishes none. Memory stays bounded, and others upload as before. */
import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { imagesV1, limits } from '@halftone/contracts';
import { connectGrpc } from '@halftone/grpc';
import { runInCall, type RunningService } from '@halftone/service';
import { bootService, eventually, type FreshSchema, freshSchema, testToken } from '@halftone/testing';
import { transferEdge } from './transfer-edge.fixture';
import { TransferCapacity } from './transfer-capacity.service';

const mebibyte = 2 ** 20;
const maxBytes = 20 * mebibyte;
const attackers = 40;
const { uploads, uploadsOfCustomer, uploadsWaiting, uploadsWaitingOfCustomer } = limits;
/** The service's limits, with a shorter wait. */
const capacity = new TransferCapacity({
  bytes: uploads.value,
  waitMs: 1_000,
  mostWaiting: uploadsWaiting.value,
  perCustomer: { bytes: uploadsOfCustomer.value, mostWaiting: uploadsWaitingOfCustomer.value },
});

let schema: FreshSchema;
let service: RunningService;
let remote: ReturnType<typeof connectGrpc<typeof imagesV1.ImagesServiceService>>;
let photo: Buffer;
let large: Buffer;

beforeAll(async () => {
  photo = await readFile(`${__dirname}/../../../../assets/photos/chelsea.png`);
  // Decoders ignore bytes after the end of a picture.
  large = Buffer.concat([photo, Buffer.alloc(19e6 - photo.length)]);
  schema = await freshSchema('images');
  service = await bootService(transferEdge(capacity, maxBytes), { DATABASE_URL: schema.url });
  remote = connectGrpc(imagesV1.ImagesServiceService, { url: service.grpcUrl });
});
afterAll(async () => {
  remote.close();
  await service.stop();
  await schema.drop();
});

const endOf = (bytes: Buffer) => ({ size: bytes.length, sha256: createHash('sha256').update(bytes).digest() });

/** Sends the end message after `mayEnd` resolves; a rejection aborts the call. */
async function* requests(bytes: Buffer, announced: boolean, mayEnd?: Promise<void>) {
  const size = announced ? { size: bytes.length } : {};
  yield { header: { contentType: 'image/png', fileName: 'photo', idempotencyKey: randomUUID(), ...size } };
  for (let at = 0; at < bytes.length; at += 65_536) yield { chunk: bytes.subarray(at, at + 65_536) };
  await mayEnd;
  yield { end: endOf(bytes) };
}

async function upload(customer: string, messages: AsyncIterable<imagesV1.UploadImageRequest>) {
  const token = await testToken(customer);
  return runInCall({ token }, () => remote.client.uploadImage(messages, { timeoutMs: 120_000 }));
}

/** Growth of the memory of this process (client and service) while `work` runs. */
async function mostMemory(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss() - before)), 20);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return most;
}

test.each([
  ['announced', true],
  ['unannounced', false],
])('unfinished uploads, %s', async (_how, announced) => {
  const cut = Promise.withResolvers<void>();
  cut.promise.catch(() => undefined);
  const grown = await mostMemory(async () => {
    let refused = 0;
    const attacks = Array.from({ length: attackers }, () =>
      upload('attacker', requests(large, announced, cut.promise)).catch(({ code }: { code: string }) => {
        if (code === 'RATE_LIMITED') refused += 1;
      }),
    );
    const accepted = Math.floor(uploadsOfCustomer.value / large.length);
    await eventually(() => expect(refused).toBeGreaterThanOrEqual(attackers - accepted), 100_000);
    expect(capacity.used).toBeLessThanOrEqual(uploadsOfCustomer.value);

    const others = ['alice', 'bob', 'carol'].map((customer) => upload(customer, requests(photo, announced)));
    others.push(upload('dora', requests(large, announced)));
    expect((await Promise.all(others)).map(({ replayed }) => replayed)).toEqual(Array(4).fill(false));

    cut.reject(new Error('cut off'));
    await Promise.all(attacks);
  });
  await eventually(() => expect(capacity.used).toBe(0));
  // The whole attack is 760 MB. Bytes in flight in client and service come on top of the reserved ones.
  expect(grown).toBeLessThan(uploads.value + 250 * mebibyte);
});
