import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { imagesV1 } from '@halftone/contracts';
import { DomainError, uuidv7 } from '@halftone/kernel';
import type { RunningService } from '@halftone/service';
import { bootService, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, refusal, type Stubs } from '../services.fake';

const limit = 300_000;
const stubs: Stubs = {};
let services: RunningService;
let edge: RunningService;
let authorization: string;

beforeAll(async () => {
  services = await bootService(fakeServices(stubs));
  edge = await bootService(gateway, { ...gatewayEnv(services.grpcUrl), IMAGE_MAX_BYTES: String(limit) });
  authorization = `Bearer ${await testToken('alice')}`;
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
});

const id = uuidv7();
const image = imagesV1.Image.fromPartial({
  id,
  customer: 'alice',
  status: imagesV1.ImageStatus.QUEUED,
  contentType: 'image/png',
  size: 10,
  step: 'queued',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  version: 1,
});
const thumbnail = { name: 'thumbnail', width: 160, height: 120, size: 4321, contentType: 'image/jpeg' };
const ready = {
  ...image,
  status: imagesV1.ImageStatus.READY,
  progress: 100,
  step: 'done',
  renditions: [thumbnail],
  version: 5,
};

let received: { header?: imagesV1.UploadImageHeader | undefined; bytes: Buffer } = { bytes: Buffer.alloc(0) };
async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

beforeEach(() => {
  received = { bytes: Buffer.alloc(0) };
  stubs.uploadImage = async (requests) => {
    const chunks: Buffer[] = [];
    for await (const { header, chunk } of requests) {
      if (header) received.header = header;
      if (chunk) chunks.push(chunk);
    }
    received.bytes = Buffer.concat(chunks);
    return { image, replayed: false };
  };
});

const upload = (body: Buffer<ArrayBuffer> | FormData | string, headers: Record<string, string> = {}, key = 'u1') =>
  fetch(`${edge.httpUrl}/v1/images`, {
    method: 'POST',
    headers: { authorization, 'idempotency-key': key, ...headers },
    body,
  });
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(edge.httpUrl + path, { headers: { authorization, ...headers } });
const form = (field: string, bytes: Buffer<ArrayBuffer>) => {
  const parts = new FormData();
  parts.set(field, new Blob([bytes], { type: 'image/png' }), 'a.png');
  return parts;
};

test('the bytes of a body reach the service, and the answer says where to ask', async () => {
  const bytes = randomBytes(200_000);
  const answer = await upload(bytes, { 'content-type': 'image/png' });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('location')).toBe(`/v1/images/${id}/status`);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await answer.json()).toEqual({ id, status: 'queued' });
  expect(received.header).toEqual({ contentType: 'image/png', fileName: '', idempotencyKey: 'u1' });
  expect(received.bytes.equals(bytes)).toBe(true);
});

test('so do those of a form', async () => {
  const bytes = randomBytes(100_000);
  const answer = await upload(form('file', bytes));
  expect(answer.status).toBe(202);
  expect(received.header).toEqual({ contentType: 'image/png', fileName: 'a.png', idempotencyKey: 'u1' });
  expect(received.bytes.equals(bytes)).toBe(true);
});

test('a body of unknown length is cut off at the limit', async () => {
  const stream = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
  });
  const streaming: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    duplex: 'half',
    headers: { authorization, 'idempotency-key': 'u2', 'content-type': 'image/png' },
    body: stream,
  };
  const answer = await fetch(`${edge.httpUrl}/v1/images`, streaming);
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ code: 'BODY_TOO_LARGE' });
});

test.each([
  [
    'a body that says it is too large',
    () => upload(Buffer.alloc(limit + 1), { 'content-type': 'image/png' }),
    413,
    'BODY_TOO_LARGE',
  ],
  ['a form with too large a file', () => upload(form('file', Buffer.alloc(limit + 1))), 413, 'BODY_TOO_LARGE'],
  ['a form without the field', () => upload(form('photo', Buffer.alloc(10))), 400, 'VALIDATION_FAILED'],
  ['JSON', () => upload('{}', { 'content-type': 'application/json' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  [
    'bytes of no type',
    () => upload(Buffer.alloc(10), { 'content-type': 'application/octet-stream' }),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'a malformed key',
    () => upload(Buffer.alloc(10), { 'content-type': 'image/png' }, 'a b'),
    400,
    'IDEMPOTENCY_KEY_MALFORMED',
  ],
])('%s is refused', async (_name, send, status, code) => {
  const answer = await send();
  expect(await refusal(answer)).toEqual([status, code]);
});

test('a refusal in the middle of the upload reaches the client', async () => {
  stubs.uploadImage = async () => {
    throw new DomainError('NOT_A_PICTURE', 'these bytes are no picture');
  };
  const answer = await upload(Buffer.alloc(limit), { 'content-type': 'image/png' });
  expect(await refusal(answer)).toEqual([422, 'NOT_A_PICTURE']);
});

test('an upload whose client is cut off never ends as a photo', async () => {
  const begun = Promise.withResolvers<void>();
  const outcome = Promise.withResolvers<string>();
  stubs.uploadImage = async (requests) => {
    begun.resolve();
    await collect(requests).then(
      () => outcome.resolve('ended'),
      () => outcome.resolve('broken off'),
    );
    return { image, replayed: false };
  };
  const headers = { authorization, 'idempotency-key': 'cut', 'content-type': 'image/png', 'content-length': '200000' };
  const cut = request(`${edge.httpUrl}/v1/images`, { method: 'POST', headers }).on('error', () => undefined);
  cut.write(Buffer.alloc(100_000));
  await begun.promise;
  cut.destroy();
  expect(await outcome.promise).toBe('broken off');
});

test('a replayed upload says so', async () => {
  stubs.uploadImage = async () => ({ image, replayed: true });
  const answer = await upload(Buffer.alloc(limit), { 'content-type': 'image/png' });
  expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
});

test('the status tells how far it is, then where the renditions are', async () => {
  stubs.getImage = async () => ({
    image: { ...image, status: imagesV1.ImageStatus.PROCESSING, progress: 40, step: 'preview' },
  });
  const running = await get(`/v1/images/${id}/status`);
  expect(running.headers.get('retry-after')).toBe('1');
  expect(await running.json()).toEqual({
    id,
    status: 'processing',
    progress: 40,
    step: 'preview',
    result: null,
    reason: null,
  });
  stubs.getImage = async () => ({ image: ready });
  const done = await get(`/v1/images/${id}/status`);
  expect(done.headers.get('retry-after')).toBeNull();
  const url = `/v1/images/${id}/renditions/thumbnail`;
  expect(((await done.json()) as { result: unknown }).result).toEqual({
    renditions: { thumbnail: { url, width: 160, height: 120, size: 4321, contentType: 'image/jpeg' } },
  });
});

test('the work on a photo is ended by deleting it', async () => {
  const asked: unknown[] = [];
  stubs.cancelImage = async (request: imagesV1.CancelImageRequest) => {
    asked.push(request);
    return { image: { ...image, status: imagesV1.ImageStatus.CANCELLED, progress: 25, step: 'cancelled' } };
  };
  const answer = await fetch(`${edge.httpUrl}/v1/images/${id}/job`, {
    method: 'DELETE',
    headers: { authorization },
  });
  expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ id, status: 'cancelled' })]);
  expect(asked).toEqual([{ id }]);
});

test('who holds a photo that is still worked on is told of its progress', async () => {
  stubs.getImage = async () => ({ image });
  const tag = (await get(`/v1/images/${id}`)).headers.get('etag') ?? '';
  expect((await get(`/v1/images/${id}`, { 'if-none-match': tag })).status).toBe(304);
  stubs.getImage = async () => ({ image: { ...image, step: 'preview', progress: 50 } });
  expect((await get(`/v1/images/${id}`, { 'if-none-match': tag })).status).toBe(200);
});

test('a rendition comes as the bytes it is, and once', async () => {
  const bytes = randomBytes(150_000);
  stubs.downloadImage = async function* ({ rendition }) {
    yield { header: { contentType: `image/${rendition}`, size: bytes.length } };
    for (let at = 0; at < bytes.length; at += 65_536) yield { chunk: bytes.subarray(at, at + 65_536) };
  };
  const answer = await get(`/v1/images/${id}/renditions/preview`);
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  expect(answer.headers.get('content-type')).toBe('image/preview');
  expect(answer.headers.get('content-length')).toBe(String(bytes.length));
  expect(answer.headers.get('cache-control')).toContain('private');
  const again = await get(`/v1/images/${id}/renditions/preview`, { 'if-none-match': answer.headers.get('etag') ?? '' });
  expect([again.status, await again.text()]).toEqual([304, '']);
  expect((await get(`/v1/images/${id}/original`)).headers.get('content-type')).toBe('image/original');
});

test("a stranger's rendition is a 404 problem, not an empty picture", async () => {
  stubs.downloadImage = async function* () {
    throw new DomainError('IMAGE_NOT_FOUND', 'no such image');
  };
  const answer = await get(`/v1/images/${id}/original`);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(await refusal(answer)).toEqual([404, 'IMAGE_NOT_FOUND']);
});
