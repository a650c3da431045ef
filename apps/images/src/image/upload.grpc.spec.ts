import { createHash, randomUUID } from 'node:crypto';
import { imagesV1 } from '@halftone/contracts';
import { readUpload as readInto } from './upload.grpc';
import { TransferCapacity } from './transfer-capacity.service';

const header = { contentType: 'image/png', fileName: 'cat.png', idempotencyKey: 'k1' };

const capacity = new TransferCapacity({
  bytes: 100,
  waitMs: 10,
  mostWaiting: 1,
  perCustomer: { bytes: 100, mostWaiting: 1 },
});
type Requests = Parameters<typeof readInto>[0];

async function readUpload(requests: Requests, maxBytes: number) {
  const reservation = capacity.open(randomUUID());
  return readInto(requests, maxBytes, reservation).finally(() => reservation.release());
}

async function* stream(...messages: imagesV1.UploadImageRequest[]) {
  yield* messages;
}
const chunk = (text: string) => ({ chunk: Buffer.from(text) });
const sha256 = (text: string) => createHash('sha256').update(text).digest();
const endOf = (text: string, size = text.length) => ({ end: { size, sha256: sha256(text) } });

test('the chunks are joined and hashed', async () => {
  expect(await readUpload(stream({ header }, chunk('ab'), chunk('c'), endOf('abc')), 3)).toEqual({
    key: 'k1',
    bytes: Buffer.from('abc'),
    fingerprint: createHash('sha256').update('abc').digest('hex'),
  });
});

test.each([
  ['no message', [], 'VALIDATION_FAILED'],
  ['a chunk before the header', [chunk('a'), { header }], 'VALIDATION_FAILED'],
  ['a second header', [{ header }, { header }], 'VALIDATION_FAILED'],
  ['no key', [{ header: { ...header, idempotencyKey: '' } }], 'IDEMPOTENCY_KEY_MISSING'],
  ['one byte too many', [{ header }, chunk('ab'), chunk('cd')], 'BODY_TOO_LARGE'],
])('%s is refused', async (_what, messages, code) => {
  await expect(readUpload(stream(...messages), 3)).rejects.toMatchObject({ code });
});

test.each([
  ['breaks off before the end message', [{ header }, chunk('abc')]],
  ['has fewer bytes than the end message says', [{ header }, chunk('ab'), endOf('abc')]],
  ['has other bytes than the end message says', [{ header }, chunk('abd'), endOf('abc')]],
  ['has the right bytes but another size', [{ header }, chunk('abc'), endOf('abc', 4)]],
  ['has an end without a checksum', [{ header }, chunk('abc'), { end: { size: 3, sha256: Buffer.alloc(0) } }]],
  ['has more bytes than announced', [{ header: { ...header, size: 2 } }, chunk('abc'), endOf('abc')]],
])('an upload that %s is not stored', async (_what, messages) => {
  await expect(readUpload(stream(...messages), 10)).rejects.toMatchObject({ code: 'TRANSFER_INCOMPLETE' });
});

test('no message may follow the end', async () => {
  const messages = [{ header }, chunk('abc'), endOf('abc'), chunk('d')];
  await expect(readUpload(stream(...messages), 10)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
});

test('an announced size beyond the limit is refused before a byte is read', async () => {
  let read = 0;
  async function* announced(): AsyncGenerator<imagesV1.UploadImageRequest> {
    yield { header: { ...header, size: 11 } };
    read += 1;
    yield chunk('ab');
  }
  await expect(readUpload(announced(), 10)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  expect(read).toBe(0);
});

test('an announced upload is not read before capacity is free', async () => {
  const other = capacity.open(randomUUID());
  await other.reserve(99);
  let read = 0;
  async function* announced(): AsyncGenerator<imagesV1.UploadImageRequest> {
    yield { header: { ...header, size: 2 } };
    read += 1;
    yield chunk('ab');
  }
  await expect(readUpload(announced(), 10)).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(read).toBe(0);
  other.release();
  expect(capacity.used).toBe(0);
});

test('reading stops once the limit is exceeded', async () => {
  let read = 0;
  async function* endless(): AsyncGenerator<imagesV1.UploadImageRequest> {
    yield { header };
    for (;;) {
      read += 1;
      yield chunk('ab');
    }
  }
  await expect(readUpload(endless(), 5)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  expect(read).toBe(3);
});
