import { setTimeout as sleep } from 'node:timers/promises';
import { imagesV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { defineService, remainingMs, requirePrincipal, traceparent } from '@halftone/service';
import { testKeys } from '@halftone/testing';
import {
  GrpcController,
  type GrpcHandlers,
  GrpcServerModule,
  grpcSettings,
  listening,
  TransferSum,
  unchecked,
} from './index';

/** For the specs of this lib: a service with all four kinds of calls, whose handlers do what the id says. */
const { ImagesServiceService } = imagesV1;
const { getImage } = ImagesServiceService;
export const EchoService = {
  echo: { ...getImage, path: '/halftone.test.v1.EchoService/Echo', requestStream: true, responseStream: true },
} as const;

export const env = {
  HTTP_PORT: '0',
  GRPC_PORT: '0',
  LOG_LEVEL: 'silent',
  ...testKeys,
};
const imageOf = (id: string, fields: Partial<imagesV1.Image> = {}) => imagesV1.Image.fromPartial({ id, ...fields });
export const chunkOf = (size: number) => ({ chunk: Buffer.alloc(size) });

/** A record of the calls of the handlers. */
export const seen = { written: 0, ended: false, unavailable: 2, uploads: 0, slow: 0 };

/** The behaviour of the handler per id. */
const behaviours: Record<string, () => Promise<imagesV1.Image>> = {
  mine: async () => imageOf('mine', { customer: requirePrincipal().customer }),
  traced: async () => imageOf('traced', { step: traceparent() ?? '', width: remainingMs() ?? 0 }),
  plain: async () => imageOf('plain'),
  broken: () => Promise.reject(new TypeError('the secret of /srv/app')),
  invalid: () =>
    Promise.reject(new DomainError('VALIDATION_FAILED', 'Größe falsch', [{ path: 'größe', message: 'zu groß €' }])),
  slow: async () => {
    seen.slow += 1;
    await sleep(300);
    return imageOf('slow');
  },
  unavailable: async () => {
    seen.unavailable -= 1;
    if (seen.unavailable >= 0) throw new DomainError('UNAVAILABLE', 'the database is unreachable');
    return imageOf('back');
  },
};

@GrpcController(ImagesServiceService, unchecked(ImagesServiceService))
class ImageGrpc implements Pick<
  GrpcHandlers<typeof ImagesServiceService>,
  'getImage' | 'uploadImage' | 'downloadImage'
> {
  private readonly name = 'of the instance';

  async getImage({ id }: imagesV1.GetImageRequest) {
    const behave = behaviours[id];
    if (!behave) throw new DomainError('IMAGE_NOT_FOUND', `No image ${id} ${this.name}`);
    return { image: await behave() };
  }

  async uploadImage(requests: AsyncIterable<imagesV1.UploadImageRequest>) {
    const sum = new TransferSum();
    let end: imagesV1.TransferEnd | undefined;
    for await (const request of requests) {
      if (request.header?.contentType === 'text/plain') throw new DomainError('NOT_A_PICTURE', 'text is not a picture');
      if (request.chunk) sum.add(request.chunk);
      end = request.end;
    }
    sum.assertWhole(end);
    seen.uploads += 1;
    return { image: imageOf('new', { size: sum.size }), replayed: false };
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

@GrpcController(EchoService, unchecked(EchoService))
class EchoGrpc {
  async *echo(requests: AsyncIterable<imagesV1.GetImageRequest>) {
    const asked = requests[Symbol.asyncIterator]();
    for (let next = await asked.next(); !next.done; next = await asked.next()) {
      const { id } = next.value;
      // The call ends while this waits.
      if (id === 'stop while reading') void asked.next().catch(() => undefined);
      if (id.startsWith('stop')) throw new DomainError('FORBIDDEN', 'stop said');
      yield { image: imageOf(id) };
    }
  }
}

class TestModule {}

export const imageService = defineService({
  name: 'images',
  settings: grpcSettings,
  module: (config) => ({
    module: TestModule,
    imports: [
      GrpcServerModule.forRoot({
        services: [ImagesServiceService, EchoService],
        ...listening(config),
      }),
    ],
    controllers: [ImageGrpc, EchoGrpc],
  }),
});

/** A complete upload: its messages, then its end. */
export async function* whole(messages: AsyncIterable<imagesV1.UploadImageRequest>) {
  const sum = new TransferSum();
  for await (const message of messages) {
    if (message.chunk) sum.add(message.chunk);
    yield message;
  }
  yield { end: sum.end };
}

export async function* stream<T>(...messages: T[]) {
  yield* messages;
}

export const idsOf = async (answers: AsyncIterable<imagesV1.GetImageResponse>) => {
  const ids: (string | undefined)[] = [];
  for await (const { image } of answers) ids.push(image?.id);
  return ids;
};
