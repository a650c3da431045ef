import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imagesV1, limits } from '@halftone/contracts';
import { defineService, type RunningService, startService } from '@halftone/service';
import { z } from 'zod';
import { env, EchoService, idsOf, stream } from './images.fixture';
import { connectGrpc, GrpcController, GrpcServerModule, grpcSettings, listening, unchecked } from './index';

const { ImagesServiceService } = imagesV1;
const seen: string[] = [];

@GrpcController(ImagesServiceService, {
  ...unchecked(ImagesServiceService),
  getImage: z.object({ id: z.string().max(5) }),
})
class Images {
  async getImage({ id }: imagesV1.GetImageRequest) {
    seen.push(id);
    return { image: imagesV1.Image.fromPartial({ id }) };
  }
}

@GrpcController(EchoService, { echo: z.object({ id: z.string().max(5) }) })
class Echo {
  async *echo(requests: AsyncIterable<imagesV1.GetImageRequest>) {
    for await (const { id } of requests) {
      seen.push(id);
      yield { image: imagesV1.Image.fromPartial({ id }) };
    }
  }
}

class TestModule {}
const service = defineService({
  name: 'images',
  settings: grpcSettings,
  module: (config) => ({
    module: TestModule,
    imports: [GrpcServerModule.forRoot({ services: [ImagesServiceService, EchoService], ...listening(config) })],
    controllers: [Images, Echo],
  }),
});

let running: RunningService;
let images: ReturnType<typeof connectGrpc<typeof ImagesServiceService>>;
let echo: ReturnType<typeof connectGrpc<typeof EchoService>>;
beforeAll(async () => {
  running = await startService(service, env);
  images = connectGrpc(ImagesServiceService, { url: running.grpcUrl });
  echo = connectGrpc(EchoService, { url: running.grpcUrl });
});
afterAll(async () => {
  images.close();
  echo.close();
  await running.stop();
});
beforeEach(() => void (seen.length = 0));

const refusal = { code: 'VALIDATION_FAILED', details: [{ path: 'id', message: expect.stringContaining('5') }] };

test('a request that does not match its schema never reaches the handler', async () => {
  await expect(images.client.getImage({ id: 'too long' })).rejects.toMatchObject(refusal);
  expect((await images.client.getImage({ id: 'short' })).image?.id).toBe('short');
  expect(seen).toEqual(['short']);
});

test('each message of a stream is checked', async () => {
  await expect(idsOf(echo.client.echo(stream({ id: 'one' }, { id: 'too long' })))).rejects.toMatchObject(refusal);
  expect(seen).toEqual(['one']);
});

test('a message above the size limit is rejected before it is read, and other calls continue', async () => {
  const large = images.client.getImage({ id: 'x'.repeat(limits.grpcMessageBytes.value) });
  await expect(large).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  expect((await images.client.getImage({ id: 'short' })).image?.id).toBe('short');
  expect(seen).toEqual(['short']);
});

test('an rpc without a schema is not served', () => {
  class Bare {
    async getImage() {
      return { image: undefined };
    }
  }
  const schemas = { ...unchecked(ImagesServiceService), getImage: undefined } as never;
  expect(() => GrpcController(ImagesServiceService, schemas)(Bare)).toThrow('GetImage has no request schema');
});

test('no app uses `unchecked`', () => {
  const apps = join(__dirname, '../../../apps');
  const files = readdirSync(apps, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /\/src\/.*\.grpc\.ts$/.test(path) && !path.includes('node_modules'),
  );
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter((path) => readFileSync(join(apps, path), 'utf8').includes('unchecked'))).toEqual([]);
});
