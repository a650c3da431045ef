import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { RunningService } from '@halftone/service';
import { bootService, eventually, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv, type Stubs } from '../services.fixture';
import { image } from './image.fixture';

const mebibyte = 1024 * 1024;
const size = 40 * mebibyte;
/** Maximum bytes in the buffers of the kernel and the processes. */
const inFlight = 24 * mebibyte;

const stubs: Stubs = {};
let services: RunningService;
let edge: RunningService;

beforeAll(async () => {
  services = await bootService(fakeServices(stubs));
  edge = await bootService(gateway, { ...gatewayEnv(services.grpcUrl), IMAGE_MAX_BYTES: String(size) });
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
});

const [head, tail] = [
  '--b\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n',
  '\r\n--b--\r\n',
];

test.each([
  ['body', 'image/png', '', ''],
  ['form', 'multipart/form-data; boundary=b', head, tail],
])('a %s is read from its client only as fast as the service reads it', async (_what, type, before, after) => {
  const slow = Promise.withResolvers<void>();
  let arrived = 0;
  stubs.uploadImage = async (requests) => {
    for await (const { header, chunk } of requests) {
      if (header) await slow.promise;
      arrived += chunk?.length ?? 0;
    }
    return { image, replayed: false };
  };
  const authorization = `Bearer ${await testToken('alice')}`;
  const headers = { authorization, 'content-type': type, 'idempotency-key': 'k', 'transfer-encoding': 'chunked' };
  const sending = request(`${edge.httpUrl}/v1/images`, { method: 'POST', headers });
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
  let sent = 0;
  const all = async () => {
    sending.write(before);
    for (; sent < size; sent += mebibyte) if (!sending.write(Buffer.alloc(mebibyte))) await once(sending, 'drain');
    sending.end(after);
  };
  const done = all();
  await eventually(async () => {
    const soFar = sent;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([soFar > 0, sent]).toEqual([true, soFar]);
  }, 20_000);
  expect(arrived).toBe(0);
  expect(sent).toBeLessThan(inFlight);
  slow.resolve();
  await done;
  const [answer] = await answered;
  answer.resume();
  expect([answer.statusCode, arrived]).toEqual([202, size]);
});
