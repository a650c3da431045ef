import { setTimeout as sleep } from 'node:timers/promises';
import { imagesV1 } from '@halftone/contracts';
import { type RunningService, startService } from '@halftone/service';
import { TcpProxy } from '@halftone/testing';
import { chunkOf, EchoService, env, imageService, whole } from './images.fixture';
import { connectGrpc } from './index';

const { ImagesServiceService } = imagesV1;

/** Far beyond the age of a connection, and beyond the former limit of 10 s for calls on an old one. */
const steps = 26;
const stepMs = 500;

let service: RunningService;
let wire: TcpProxy;
let url: string;

beforeAll(async () => {
  service = await startService(imageService, { ...env, GRPC_CONNECTION_AGE_MS: '300' });
  wire = await TcpProxy.listen(new URL(`http://${service.grpcUrl}`));
  url = `127.0.0.1:${wire.port}`;
});
afterAll(async () => {
  wire.close();
  await service.stop();
});

async function* paced<T>(message: (step: number) => T, count = steps) {
  for (let step = 0; step < count; step += 1) {
    yield message(step);
    await sleep(stepMs);
  }
}

test('streams of all kinds outlive their connection, while new calls use new connections', async () => {
  const images = connectGrpc(ImagesServiceService, { url });
  const echo = connectGrpc(EchoService, { url });
  const options = { timeoutMs: 60_000 };

  const upload = async () => (await images.client.uploadImage(whole(paced(() => chunkOf(1_000))), options)).image?.size;
  const download = async () => {
    let read = 0;
    for await (const { chunk } of images.client.downloadImage({ id: 'endless', rendition: '' }, options)) {
      read += chunk ? 1 : 0;
      if (read === steps) return read;
      await sleep(stepMs);
    }
    return read;
  };
  const chat = async () => {
    const received: (string | undefined)[] = [];
    for await (const { image } of echo.client.echo(paced((step) => ({ id: `${step}` })))) received.push(image?.id);
    return received;
  };
  const calls = async () => {
    for await (const { id } of paced(() => ({ id: 'plain' }))) await images.client.getImage({ id });
  };

  const [size, read, received] = await Promise.all([upload(), download(), chat(), calls()]);
  expect(size).toBe(steps * 1_000);
  expect(read).toBe(steps);
  expect(received).toEqual(Array.from({ length: steps }, (_, step) => `${step}`));
  expect(wire.accepted).toBeGreaterThan(10);
  images.close();
  echo.close();
});

test('streams continue while their server stops, and the stop waits for them', async () => {
  const stopping = await startService(imageService, { ...env, SHUTDOWN_GRACE_MS: '30000' });
  const images = connectGrpc(ImagesServiceService, { url: stopping.grpcUrl });
  // Longer than the client needs to detect a dead connection.
  const count = 16;
  const upload = images.client.uploadImage(whole(paced(() => chunkOf(1_000), count)));
  await sleep(stepMs);
  const stopped = stopping.stop();
  expect((await upload).image?.size).toBe(count * 1_000);
  await stopped;
  images.close();
});
