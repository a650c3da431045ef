import { imagesV1 } from '@halftone/contracts';
import type { RunningService } from '@halftone/service';
import { bootService, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, type Stubs } from '../services.fixture';
import { image } from './image.fixture';

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
const thumbnail = { name: 'thumbnail', width: 160, height: 120, size: 4321, contentType: 'image/jpeg' };
const ready = {
  ...image,
  status: imagesV1.ImageStatus.READY,
  progress: 100,
  step: 'done',
  renditions: [thumbnail],
  version: 5,
};

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(edge.httpUrl + path, { headers: { authorization, ...headers } });

test('the status has the progress, then the URLs of the renditions', async () => {
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
    failureCode: null,
  });
  stubs.getImage = async () => ({ image: ready });
  const done = await get(`/v1/images/${id}/status`);
  expect(done.headers.get('retry-after')).toBeNull();
  const url = `/v1/images/${id}/renditions/thumbnail`;
  expect(((await done.json()) as { result: unknown }).result).toEqual({
    renditions: { thumbnail: { url, width: 160, height: 120, size: 4321, contentType: 'image/jpeg' } },
  });
});

test('a failed photo has a reason and a code', async () => {
  const why = { reason: 'the picture is too large to be decoded', failureCode: 'PICTURE_TOO_LARGE' };
  stubs.getImage = async () => ({ image: { ...image, status: imagesV1.ImageStatus.FAILED, step: 'failed', ...why } });
  for (const path of [`/v1/images/${id}`, `/v1/images/${id}/status`])
    expect(await (await get(path)).json()).toMatchObject({ id, status: 'failed', ...why });
});

test('deleting the job cancels the processing', async () => {
  const requests: unknown[] = [];
  stubs.cancelImage = async (request: imagesV1.CancelImageRequest) => {
    requests.push(request);
    return { image: { ...image, status: imagesV1.ImageStatus.CANCELLED, progress: 25, step: 'cancelled' } };
  };
  const answer = await fetch(`${edge.httpUrl}/v1/images/${id}/job`, {
    method: 'DELETE',
    headers: { authorization },
  });
  expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ id, status: 'cancelled' })]);
  expect(requests).toEqual([{ id }]);
});

test('the ETag of a photo changes with its progress', async () => {
  stubs.getImage = async () => ({ image });
  const tag = (await get(`/v1/images/${id}`)).headers.get('etag') ?? '';
  expect((await get(`/v1/images/${id}`, { 'if-none-match': tag })).status).toBe(304);
  stubs.getImage = async () => ({ image: { ...image, step: 'preview', progress: 50 } });
  expect((await get(`/v1/images/${id}`, { 'if-none-match': tag })).status).toBe(200);
});
