import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import { DomainError } from '@halftone/kernel';
import type { RunningService } from '@halftone/service';
import { bootService, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, refusal, type Stubs } from '../services.fixture';
import { endOf, image } from './image.fixture';

const stubs: Stubs = {};
let services: RunningService;
let edge: RunningService;
let authorization: string;

beforeAll(async () => {
  services = await bootService(fakeServices(stubs));
  edge = await bootService(gateway, gatewayEnv(services.grpcUrl));
  authorization = `Bearer ${await testToken('alice')}`;
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
});

const { id } = image;
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(edge.httpUrl + path, { headers: { authorization, ...headers } });

test('a rendition is streamed unchanged, and cached by ETag', async () => {
  const bytes = randomBytes(150_000);
  stubs.downloadImage = async function* ({ rendition }) {
    yield { header: { contentType: `image/${rendition}`, size: bytes.length } };
    for (let at = 0; at < bytes.length; at += 65_536) yield { chunk: bytes.subarray(at, at + 65_536) };
    yield { end: endOf(bytes) };
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

/** The number of bytes a client receives, and whether the answer is complete. */
const fetched = () =>
  new Promise<{ status: number; size: number; isWhole: boolean }>((resolve, reject) => {
    const download = request(`${edge.httpUrl}/v1/images/${id}/original`, { headers: { authorization } });
    download.on('error', reject).on('response', (answer: IncomingMessage) => {
      let size = 0;
      const ended = () => resolve({ status: answer.statusCode ?? 0, size, isWhole: answer.complete });
      answer.on('data', (bytes: Buffer) => (size += bytes.length)).on('error', () => undefined);
      answer.on('close', ended);
    });
    download.end();
  });

const picture = randomBytes(200_000);
const changed = Buffer.from(picture).fill(0, 150_000, 150_001);
const header = { contentType: 'image/png', size: picture.length };

/** After the first bytes only a broken connection can signal an error; before that an error answer can. */
const [broken, refused] = [
  { status: 200, isWhole: false },
  { status: 503, isWhole: true },
];

test.each([
  ['ends early, without an end message', [picture.subarray(0, 100_000)], undefined, refused],
  [
    'ends early, with the end message of the partial content',
    [picture.subarray(0, 100_000)],
    endOf(picture.subarray(0, 100_000)),
    refused,
  ],
  ['has all bytes but no end message', [picture.subarray(0, 100_000), picture.subarray(100_000)], undefined, broken],
  ['has wrong bytes', [changed.subarray(0, 100_000), changed.subarray(100_000)], endOf(picture), broken],
  ['has more bytes than announced', [picture, picture], endOf(Buffer.concat([picture, picture])), refused],
])('a download that %s is not a complete answer', async (_what, chunks, end, outcome) => {
  stubs.downloadImage = async function* () {
    yield { header };
    for (const chunk of chunks) yield { chunk };
    if (end) yield { end };
  };
  const { size, ...seen } = await fetched();
  expect(seen).toEqual(outcome);
  expect(size).toBeLessThan(picture.length);
});

test('a correct download is a complete answer', async () => {
  stubs.downloadImage = async function* () {
    yield { header };
    yield { chunk: picture };
    yield { end: endOf(picture) };
  };
  expect(await fetched()).toEqual({ status: 200, size: picture.length, isWhole: true });
});

test("another customer's rendition is a 404 problem, not an empty picture", async () => {
  stubs.downloadImage = async function* () {
    throw new DomainError('IMAGE_NOT_FOUND', 'no such image');
  };
  const answer = await get(`/v1/images/${id}/original`);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(await refusal(answer)).toEqual([404, 'IMAGE_NOT_FOUND']);
});
