import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { imagesV1 } from '@halftone/contracts';
import { type RunningService, startService } from '@halftone/service';
import { EchoService, env, imageService, seen } from './images.fixture';
import { connectGrpc } from './index';

const { ImagesServiceService } = imagesV1;

let service: RunningService;

beforeAll(async () => {
  service = await startService(imageService, env);
});
afterAll(() => service.stop());

test('a port in use is one clear error', async () => {
  const taken = { ...env, GRPC_PORT: service.grpcUrl.split(':')[1] };
  await expect(startService(imageService, taken)).rejects.toThrow(/^gRPC cannot listen at 127.0.0.1:/);
});

test('an endless call does not block a stop forever', async () => {
  const other = await startService(imageService, { ...env, SHUTDOWN_GRACE_MS: '100' });
  const caller = connectGrpc(EchoService, { url: other.grpcUrl });
  const forever = async function* () {
    yield { id: 'a' };
    await sleep(4_000);
  };
  const answers = caller.client.echo(forever())[Symbol.asyncIterator]();
  await answers.next();
  const before = performance.now();
  await other.stop();
  expect(performance.now() - before).toBeLessThan(3_500);
  caller.close();
  await answers.next();
});

test('calls in flight finish when the server stops', async () => {
  const other = await startService(imageService, env);
  const caller = connectGrpc(ImagesServiceService, { url: other.grpcUrl });
  seen.slow = 0;
  const call = caller.client.getImage({ id: 'slow' });
  while (seen.slow === 0) await sleep(5);
  await other.stop();
  expect((await call).image?.id).toBe('slow');
  caller.close();
});

describe('health and reflection', () => {
  const raw = (path: string, request: Buffer) =>
    new Promise<Buffer>((resolve, reject) => {
      const channel = new Client(service.grpcUrl, credentials.createInsecure());
      const asIs = (bytes: Buffer) => bytes;
      channel.makeUnaryRequest(path, asIs, asIs, request, new Metadata(), {}, (error, answer) => {
        channel.close();
        if (error || !answer) reject(error);
        else resolve(answer);
      });
    });

  test('a ready service is SERVING', async () => {
    const name = Buffer.from('halftone.images.v1.ImagesService');
    const one = Buffer.concat([Buffer.from([0x0a, name.length]), name]);
    expect(await raw('/grpc.health.v1.Health/Check', Buffer.alloc(0))).toEqual(Buffer.from([0x08, 1]));
    expect(await raw('/grpc.health.v1.Health/Check', one)).toEqual(Buffer.from([0x08, 1]));
    await expect(raw('/grpc.health.v1.Health/Check', Buffer.from([0x0a, 1, 0x78]))).rejects.toMatchObject({ code: 5 });
  });

  test('reflection lists the services', async () => {
    const asIs = (bytes: Buffer) => bytes;
    const channel = new Client(service.grpcUrl, credentials.createInsecure());
    const call = channel.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      asIs,
      asIs,
      new Metadata(),
    );
    // ServerReflectionRequest.list_services = "*"
    call.end(Buffer.from([0x3a, 1, 0x2a]));
    const answers: Buffer[] = [];
    for await (const answer of call) answers.push(answer);
    channel.close();
    expect(Buffer.concat(answers).toString('latin1')).toContain('halftone.images.v1.ImagesService');
  });
});
