import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import type { imagesV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import type { RunningService } from '@halftone/service';
import { bootService, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, refusal, type Stubs } from '../services.fixture';
import { endOf, image } from './image.fixture';

const limit = 300_000;
const stubs: Stubs = {};
let services: RunningService;
let edge: RunningService;
let strict: RunningService;
let authorization: string;

beforeAll(async () => {
  services = await bootService(fakeServices(stubs));
  edge = await bootService(gateway, { ...gatewayEnv(services.grpcUrl), IMAGE_MAX_BYTES: String(limit) });
  const bodyTimeout = { idleMs: 300, graceMs: 600, minBytesPerSecond: 500 };
  strict = await bootService({ ...gateway, http: { ...gateway.http, bodyTimeout } }, gatewayEnv(services.grpcUrl));
  authorization = `Bearer ${await testToken('alice')}`;
});
afterAll(async () => {
  await edge.stop();
  await strict.stop();
  await services.stop();
});

interface Received {
  header?: imagesV1.UploadImageHeader | undefined;
  bytes: Buffer;
  end?: imagesV1.TransferEnd;
}
let received: Received = { bytes: Buffer.alloc(0) };
beforeEach(() => {
  received = { bytes: Buffer.alloc(0) };
  stubs.uploadImage = async (requests) => {
    const chunks: Buffer[] = [];
    for await (const { header, chunk, end } of requests) {
      if (header) received.header = header;
      if (end) received.end = end;
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
const form = (field: string, bytes: Buffer<ArrayBuffer>) => {
  const parts = new FormData();
  parts.set(field, new Blob([bytes], { type: 'image/png' }), 'a.png');
  return parts;
};

test('the bytes of a body reach the service, and the answer has the status URL', async () => {
  const bytes = randomBytes(200_000);
  const answer = await upload(bytes, { 'content-type': 'image/png' });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('location')).toBe(`/v1/images/${image.id}/status`);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await answer.json()).toEqual({ id: image.id, status: 'queued' });
  expect(received.header).toEqual({ contentType: 'image/png', fileName: '', idempotencyKey: 'u1', size: 200_000 });
  expect(received.bytes.equals(bytes)).toBe(true);
  expect(received.end).toEqual(endOf(bytes));
});

test('the bytes of a form reach the service', async () => {
  const bytes = randomBytes(100_000);
  const answer = await upload(form('file', bytes));
  expect(answer.status).toBe(202);
  expect(received.header).toEqual({ contentType: 'image/png', fileName: 'a.png', idempotencyKey: 'u1' });
  expect(received.bytes.equals(bytes)).toBe(true);
  expect(received.end).toEqual(endOf(bytes));
});

test('a body of unknown length is refused at the limit', async () => {
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
    'a body with a Content-Length above the limit',
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

test('an error in the middle of the upload reaches the client', async () => {
  stubs.uploadImage = async () => {
    throw new DomainError('NOT_A_PICTURE', 'these bytes are not a picture');
  };
  const answer = await upload(Buffer.alloc(limit), { 'content-type': 'image/png' });
  expect(await refusal(answer)).toEqual([422, 'NOT_A_PICTURE']);
});

test('a customer with too many photos in the queue gets 429 with Retry-After', async () => {
  stubs.uploadImage = async () => {
    throw new DomainError('RATE_LIMITED', '50 photos are being made already', [], { retryAfterSeconds: 5 });
  };
  const answer = await upload(Buffer.alloc(10), { 'content-type': 'image/png' });
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(await refusal(answer)).toEqual([429, 'RATE_LIMITED']);
});

/** How the upload ends for the service: whole if the end message arrives. */
function outcomeOfUpload(): { started: Promise<void>; outcome: Promise<string> } {
  const started = Promise.withResolvers<void>();
  const outcome = Promise.withResolvers<string>();
  stubs.uploadImage = async (requests) => {
    let end: unknown;
    try {
      for await (const message of requests) {
        if (message.chunk) started.resolve();
        end ??= message.end;
      }
      outcome.resolve(end ? 'whole' : 'ended without the end message');
    } catch {
      // The test asserts the outcome.
      outcome.resolve(end ? 'whole' : 'broken off');
    }
    return { image, replayed: false };
  };
  return { started: started.promise, outcome: outcome.promise };
}

const formHeaders = { 'content-type': 'multipart/form-data; boundary=b' };
const part = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n';

test.each([
  ['of a known length', { 'content-type': 'image/png', 'content-length': '200000' }, ''],
  ['in chunks', { 'content-type': 'image/png', 'transfer-encoding': 'chunked' }, ''],
  ['in a form of a known length', { ...formHeaders, 'content-length': '200000' }, part],
  ['in a form in chunks', { ...formHeaders, 'transfer-encoding': 'chunked' }, part],
])('an upload %s whose client is cut off is never stored as a photo', async (_how, headers, before) => {
  const { started, outcome } = outcomeOfUpload();
  const cut = request(`${edge.httpUrl}/v1/images`, {
    method: 'POST',
    headers: { authorization, 'idempotency-key': 'cut', ...headers },
  }).on('error', () => undefined);
  cut.write(Buffer.concat([Buffer.from(before), Buffer.alloc(100_000)]));
  await started;
  cut.destroy();
  expect(await outcome).not.toBe('whole');
});

test('a form that ends before its last boundary is never stored as a photo', async () => {
  const { outcome } = outcomeOfUpload();
  const body = `${part}${'x'.repeat(100_000)}`;
  const answer = await upload(body, formHeaders);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(await outcome).not.toBe('whole');
});

test.each([
  ['a body', { 'content-type': 'image/png', 'content-length': '200000' }, ''],
  ['a form', { ...formHeaders, 'content-length': '200000' }, part],
  ['a form in chunks', { ...formHeaders, 'transfer-encoding': 'chunked' }, part],
])('%s that stalls is answered 408 and is never stored as a photo', async (_what, headers, before) => {
  const { outcome } = outcomeOfUpload();
  const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const stalled = request(`${strict.httpUrl}/v1/images`, {
      method: 'POST',
      headers: { authorization, 'idempotency-key': 'stalled', ...headers },
    });
    stalled.on('error', reject).on('response', (response: IncomingMessage) => {
      const read = response.toArray().then((parts) => ({ status: response.statusCode, text: parts.join('') }));
      read.then(resolve, reject);
    });
    stalled.write(Buffer.concat([Buffer.from(before), Buffer.alloc(100_000)]));
  });
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([408, 'REQUEST_TIMEOUT']);
  expect(await outcome).not.toBe('whole');
});

const twoFiles = `${part}one\r\n${part}two\r\n--b--\r\n`;

test.each([
  ['without a boundary', 'multipart/form-data', `${part}x\r\n--b--\r\n`, 'MALFORMED_FORM'],
  ['with another boundary', 'multipart/form-data; boundary=c', `${part}x\r\n--b--\r\n`, 'MALFORMED_FORM'],
  ['cut off in its file', formHeaders['content-type'], `${part}xx`, 'MALFORMED_FORM'],
  ['cut off in a head', formHeaders['content-type'], part.slice(0, 40), 'MALFORMED_FORM'],
  ['that is empty', formHeaders['content-type'], '--b--\r\n', 'VALIDATION_FAILED'],
  ['with two files', formHeaders['content-type'], twoFiles, 'VALIDATION_FAILED'],
])('a form %s is refused and is never stored as a photo', async (_what, type, body, code) => {
  const { outcome } = outcomeOfUpload();
  const answer = await upload(body, { 'content-type': type });
  expect(await refusal(answer)).toEqual([400, code]);
  const isBegun = await Promise.race([outcome, new Promise((resolve) => setTimeout(resolve, 50, 'never started'))]);
  expect(isBegun).not.toBe('whole');
});

const filler = 'x'.repeat(200_000);
const longField = `--b\r\ncontent-disposition: form-data; name="note"\r\n\r\n${filler.repeat(2)}\r\n`;

test.each([
  ['before its first part', `${filler.repeat(2)}\r\n${part}x\r\n--b--\r\n`],
  ['in a field', `${longField}${part}x\r\n--b--\r\n`],
  ['after its end', `${part}x\r\n--b--\r\n${filler.repeat(2)}`],
])('a form that exceeds the limit %s is refused, also in chunks', async (_where, body) => {
  const whole = await upload(body, formHeaders);
  expect(await refusal(whole)).toEqual([413, 'BODY_TOO_LARGE']);
  const stream = new ReadableStream({
    start: (controller) => {
      controller.enqueue(Buffer.from(body));
      controller.close();
    },
  });
  const chunked: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    duplex: 'half',
    headers: { authorization, 'idempotency-key': 'u3', ...formHeaders },
    body: stream,
  };
  expect(await refusal(await fetch(`${edge.httpUrl}/v1/images`, chunked))).toEqual([413, 'BODY_TOO_LARGE']);
});

test("all bytes of a form count against the customer's read rate, also those outside the file", async () => {
  const slow = await bootService(gateway, { ...gatewayEnv(services.grpcUrl), UPLOAD_BYTES_PER_SECOND: '100000' });
  const begun = performance.now();
  const answer = await fetch(`${slow.httpUrl}/v1/images`, {
    method: 'POST',
    headers: { authorization, 'idempotency-key': 'u4', ...formHeaders },
    body: `${filler.repeat(2)}\r\n${part}x\r\n--b--\r\n`,
  });
  expect(answer.status).toBe(202);
  // The burst is two seconds' worth.
  expect(performance.now() - begun).toBeGreaterThan(1_500);
  await slow.stop();
});

test('a form with too many fields is refused', async () => {
  const field = '--b\r\ncontent-disposition: form-data; name="note"\r\n\r\nx\r\n';
  const answer = await upload(`${field.repeat(9)}${part}x\r\n--b--\r\n`, formHeaders);
  expect(await refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
});

test.each(['/v1/orders', '/v1/tokens'])('%s refuses a form', async (path) => {
  const answer = await fetch(edge.httpUrl + path, {
    method: 'POST',
    headers: { authorization },
    body: form('file', Buffer.alloc(1)),
  });
  expect(answer.headers.get('accept')).toBe('application/json');
  expect(await refusal(answer)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
});

test('a replayed upload is marked as replayed', async () => {
  stubs.uploadImage = async () => ({ image, replayed: true });
  const answer = await upload(Buffer.alloc(limit), { 'content-type': 'image/png' });
  expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
});
