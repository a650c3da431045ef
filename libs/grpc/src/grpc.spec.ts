import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { imagesV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import {
  defineService,
  remainingMs,
  requirePrincipal,
  type RunningService,
  runInCall,
  startService,
  traceparent,
  withTraceparent,
} from '@halftone/service';
import { SignJWT } from 'jose';
import { connectGrpc, GrpcController, type GrpcHandlers, GrpcServerModule, grpcSettings } from './index';

const { ImagesServiceService } = imagesV1;
const { getImage } = ImagesServiceService;
/** Our contracts have no call that streams both ways yet. */
const EchoService = {
  echo: { ...getImage, path: '/halftone.test.v1.EchoService/Echo', requestStream: true, responseStream: true },
} as const;

const keys = generateKeyPairSync('ed25519');
const env = {
  HTTP_PORT: '0',
  GRPC_PORT: '0',
  LOG_LEVEL: 'silent',
  JWT_PUBLIC_KEY: keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
};
const tokenOf = (customer: string) =>
  new SignJWT({ role: 'customer', typ: 'access' })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject(customer)
    .setIssuer('halftone')
    .setExpirationTime('5m')
    .sign(keys.privateKey);

const imageOf = (id: string, fields: Partial<imagesV1.Image> = {}) => imagesV1.Image.fromPartial({ id, ...fields });
const chunkOf = (size: number) => ({ chunk: Buffer.alloc(size) });

const seen = { written: 0, ended: false, away: 2, uploads: 0 };

/** What each id makes the handler do. */
const behaviours: Record<string, () => Promise<imagesV1.Image>> = {
  mine: async () => imageOf('mine', { customer: requirePrincipal().customer }),
  traced: async () => imageOf('traced', { step: traceparent() ?? '', width: remainingMs() ?? 0 }),
  broken: () => Promise.reject(new TypeError('the secret of /srv/app')),
  invalid: () =>
    Promise.reject(new DomainError('VALIDATION_FAILED', 'Größe falsch', [{ path: 'größe', message: 'zu groß €' }])),
  slow: async () => {
    await sleep(300);
    return imageOf('slow');
  },
  away: async () => {
    seen.away -= 1;
    if (seen.away >= 0) throw new DomainError('UNAVAILABLE', 'the database is away');
    return imageOf('back');
  },
};

@GrpcController(ImagesServiceService)
class ImageGrpc implements Pick<
  GrpcHandlers<typeof ImagesServiceService>,
  'getImage' | 'uploadImage' | 'downloadImage'
> {
  private readonly name = 'held by the instance';

  async getImage({ id }: imagesV1.GetImageRequest) {
    const behave = behaviours[id];
    if (!behave) throw new DomainError('IMAGE_NOT_FOUND', `No image ${id} ${this.name}`);
    return { image: await behave() };
  }

  async uploadImage(requests: AsyncIterable<imagesV1.UploadImageRequest>) {
    let size = 0;
    for await (const { header, chunk } of requests) {
      if (header?.contentType === 'text/plain') throw new DomainError('NOT_A_PICTURE', 'text is no picture');
      size += chunk?.length ?? 0;
    }
    seen.uploads += 1;
    return { image: imageOf('new', { size }), replayed: false };
  }

  async *downloadImage({ id }: imagesV1.DownloadImageRequest) {
    seen.written = 0;
    seen.ended = false;
    try {
      for (let index = 0; index < (id === 'endless' ? Infinity : 100); index += 1) {
        if (id === 'torn' && index === 2) throw new DomainError('RENDITION_NOT_FOUND', 'torn');
        seen.written += 1;
        yield chunkOf(64 * 1024);
      }
    } finally {
      seen.ended = true;
    }
  }
}

@GrpcController(EchoService)
class EchoGrpc {
  async *echo(requests: AsyncIterable<imagesV1.GetImageRequest>) {
    for await (const { id } of requests) {
      if (id === 'stop') throw new DomainError('FORBIDDEN', 'stop said');
      yield { image: imageOf(id) };
    }
  }
}

class TestModule {}

const definition = defineService({
  name: 'images',
  settings: grpcSettings,
  module: (config) => ({
    module: TestModule,
    imports: [
      GrpcServerModule.forRoot({
        services: [ImagesServiceService, EchoService],
        host: config.GRPC_HOST,
        port: config.GRPC_PORT,
      }),
    ],
    controllers: [ImageGrpc, EchoGrpc],
  }),
});

let service: RunningService;
let images: ReturnType<typeof connectGrpc<typeof ImagesServiceService>>;
let echo: ReturnType<typeof connectGrpc<typeof EchoService>>;

beforeAll(async () => {
  service = await startService(definition, env);
  images = connectGrpc(ImagesServiceService, { url: service.grpcUrl });
  echo = connectGrpc(EchoService, { url: service.grpcUrl });
});
afterAll(async () => {
  images.close();
  echo.close();
  await service.stop();
});

async function* stream<T>(...messages: T[]) {
  yield* messages;
}

const idsOf = async (answers: AsyncIterable<imagesV1.GetImageResponse>) => {
  const ids: (string | undefined)[] = [];
  for await (const { image } of answers) ids.push(image?.id);
  return ids;
};

describe('unary', () => {
  test('the caller is known on the other side', async () => {
    const token = await tokenOf('alice');
    const answer = await runInCall({ token }, () => images.client.getImage({ id: 'mine' }));
    expect(answer.image).toMatchObject({ id: 'mine', customer: 'alice' });
    await expect(images.client.getImage({ id: 'mine' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('the trace goes on and the budget shrinks', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const call = () => runInCall({ deadline: Date.now() + 500 }, () => images.client.getImage({ id: 'traced' }));
    const { image } = await withTraceparent(`00-${trace}-b7ad6b7169203331-01`, call);
    expect(image?.step).toContain(trace);
    expect(image?.width).toBeGreaterThan(0);
    expect(image?.width).toBeLessThanOrEqual(500);
  });

  test('an error is the same error here', async () => {
    await expect(images.client.getImage({ id: 'x' })).rejects.toMatchObject({
      name: 'DomainError',
      code: 'IMAGE_NOT_FOUND',
      message: 'No image x held by the instance',
    });
    await expect(images.client.getImage({ id: 'invalid' })).rejects.toMatchObject({
      message: 'Größe falsch',
      details: [{ path: 'größe', message: 'zu groß €' }],
    });
  });

  test('a bug tells nothing about itself', async () => {
    const error: DomainError = await images.client.getImage({ id: 'broken' }).catch((thrown) => thrown);
    expect(error.code).toBe('INTERNAL');
    expect(error.message).not.toContain('secret');
  });

  test('a deadline ends the waiting, also one that has passed before the call', async () => {
    const late = { name: 'DomainError', code: 'DEADLINE_EXCEEDED' };
    await expect(images.client.getImage({ id: 'slow' }, { timeoutMs: 50 })).rejects.toMatchObject(late);
    const past = () => images.client.getImage({ id: 'slow' });
    await expect(runInCall({ deadline: Date.now() - 1 }, past)).rejects.toMatchObject(late);
  });

  test('a peer that is away for a moment is asked again, unless told not to', async () => {
    seen.away = 2;
    expect((await images.client.getImage({ id: 'away' })).image?.id).toBe('back');
    seen.away = 2;
    await expect(images.client.getImage({ id: 'away' }, { retry: false })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  test('what the controller lacks is not served', async () => {
    await expect(images.client.listImages({ limit: 1, cursor: '' })).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('client streaming', () => {
  test('all bytes arrive', async () => {
    const upload = async function* () {
      yield { header: { contentType: 'image/png', fileName: '', idempotencyKey: 'k' } };
      for (let index = 0; index < 200; index += 1) yield chunkOf(64 * 1024);
    };
    expect((await images.client.uploadImage(upload())).image?.size).toBe(200 * 64 * 1024);
  });

  test('a refusal comes before the end, and the source is let go', async () => {
    let sent = 0;
    let released = false;
    const upload = async function* () {
      try {
        yield { header: { contentType: 'text/plain', fileName: '', idempotencyKey: 'k' } };
        for (; ; sent += 1) {
          yield chunkOf(64 * 1024);
          await sleep(1);
        }
      } finally {
        released = true;
      }
    };
    await expect(images.client.uploadImage(upload())).rejects.toMatchObject({ code: 'NOT_A_PICTURE' });
    await sleep(30);
    expect(released).toBe(true);
    expect(sent).toBeLessThan(200);
  });

  test('an upload whose caller broke off is not taken for a whole one', async () => {
    seen.uploads = 0;
    const stuck = async function* () {
      yield chunkOf(10);
      await sleep(150);
    };
    await expect(images.client.uploadImage(stuck(), { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    await sleep(50);
    expect(seen.uploads).toBe(0);
  });

  test('an error of the source is what the caller sees', async () => {
    const upload = async function* () {
      yield chunkOf(10);
      throw new DomainError('BODY_TOO_LARGE', 'more than 10 bytes');
    };
    await expect(images.client.uploadImage(upload())).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  });
});

describe('server streaming', () => {
  test('all messages arrive', async () => {
    let size = 0;
    for await (const { chunk } of images.client.downloadImage({ id: 'x', rendition: 'print' }))
      size += chunk?.length ?? 0;
    expect(size).toBe(100 * 64 * 1024);
  });

  test('a slow reader slows the writer, and leaving ends it', async () => {
    for await (const message of images.client.downloadImage({ id: 'endless', rendition: '' })) {
      expect(message.chunk).toHaveLength(64 * 1024);
      await sleep(100);
      break;
    }
    await sleep(50);
    expect(seen.written).toBeLessThan(60);
    expect(seen.ended).toBe(true);
  });

  test('an error in the middle is thrown after what came before', async () => {
    let messages = 0;
    const read = async () => {
      for await (const message of images.client.downloadImage({ id: 'torn', rendition: '' }))
        messages += message.chunk ? 1 : 0;
    };
    await expect(read()).rejects.toMatchObject({ code: 'RENDITION_NOT_FOUND' });
    expect(messages).toBe(2);
  });
});

describe('both ways', () => {
  test('answers come while requests go', async () => {
    expect(await idsOf(echo.client.echo(stream({ id: 'a' }, { id: 'b' })))).toEqual(['a', 'b']);
  });

  test('an error ends it', async () => {
    await expect(idsOf(echo.client.echo(stream({ id: 'a' }, { id: 'stop' })))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});

test('a stream waits for a peer that is not there yet; a unary call retries', async () => {
  const first = await startService(definition, env);
  const url = first.grpcUrl;
  await first.stop();
  const early = connectGrpc(ImagesServiceService, { url, timeoutMs: 5_000 });
  const calls = [early.client.getImage({ id: 'traced' }), early.client.uploadImage(stream(chunkOf(5)))] as const;
  await sleep(50);
  const second = await startService(definition, { ...env, GRPC_PORT: url.split(':')[1] });
  expect((await calls[0]).image?.id).toBe('traced');
  expect((await calls[1]).image?.size).toBe(5);
  early.close();
  await second.stop();
});

test('a peer that never comes is UNAVAILABLE', async () => {
  const nobody = connectGrpc(ImagesServiceService, { url: '127.0.0.1:1', timeoutMs: 200 });
  await expect(nobody.client.getImage({ id: 'x' })).rejects.toMatchObject({
    code: expect.stringMatching('UNAVAILABLE|DEADLINE'),
  });
  nobody.close();
});

test('a port that is taken is one clear error', async () => {
  const taken = { ...env, GRPC_PORT: service.grpcUrl.split(':')[1] };
  await expect(startService(definition, taken)).rejects.toThrow(/^gRPC cannot listen at 127.0.0.1:/);
});

test('a stop is not held up for ever by a call without end', async () => {
  const other = await startService(definition, { ...env, SHUTDOWN_GRACE_MS: '100' });
  const caller = connectGrpc(EchoService, { url: other.grpcUrl });
  const forever = async function* () {
    yield { id: 'a' };
    await sleep(1_500);
  };
  const call = idsOf(caller.client.echo(forever()));
  await sleep(50);
  const before = performance.now();
  await other.stop();
  expect(performance.now() - before).toBeLessThan(1_000);
  caller.close();
  await call;
});

test('calls in flight finish when the server stops', async () => {
  const other = await startService(definition, env);
  const caller = connectGrpc(ImagesServiceService, { url: other.grpcUrl });
  const call = caller.client.getImage({ id: 'slow' });
  await sleep(100);
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

  test('reflection names the services', async () => {
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
