import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@halftone/kernel';
import { imagesV1 } from '@halftone/contracts';
import { type RunningService, runInCall, startService, withTraceparent } from '@halftone/service';
import { SignJWT } from 'jose';
import { chunkOf, EchoService, env, idsOf, imageService, keys, seen, stream } from './images.fixture';
import { connectGrpc } from './index';

const { ImagesServiceService } = imagesV1;

const tokenOf = (customer: string) =>
  new SignJWT({ role: 'customer', typ: 'access' })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject(customer)
    .setIssuer('halftone')
    .setExpirationTime('5m')
    .sign(keys.privateKey);

let service: RunningService;
let images: ReturnType<typeof connectGrpc<typeof ImagesServiceService>>;
let echo: ReturnType<typeof connectGrpc<typeof EchoService>>;

beforeAll(async () => {
  service = await startService(imageService, env);
  images = connectGrpc(ImagesServiceService, { url: service.grpcUrl });
  echo = connectGrpc(EchoService, { url: service.grpcUrl });
});
afterAll(async () => {
  images.close();
  echo.close();
  await service.stop();
});

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

  test('both sides count a call under the code it ended with', async () => {
    const ended = async () => {
      const text = await (await fetch(`${service.httpUrl}/metrics`)).text();
      const call = `{method="/halftone.images.v1.ImagesService/GetImage",code="IMAGE_NOT_FOUND"} `;
      return ['client', 'server'].map((side) =>
        Number(text.split(`grpc_${side}_duration_seconds_count${call}`)[1]?.[0]),
      );
    };
    await images.client.getImage({ id: 'x' }).catch(() => undefined);
    const [client = 0, server = 0] = await ended();
    await images.client.getImage({ id: 'x' }).catch(() => undefined);
    expect(await ended()).toEqual([client + 1, server + 1]);
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
    while (!released) await sleep(5);
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
    for (let tries = 0; tries < 100 && !seen.ended; tries += 1) await sleep(50);
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

  test('an error ends it while the handler waits for more', async () => {
    const forever = async function* () {
      yield { id: 'a' };
      yield { id: 'stop while reading' };
      await sleep(60_000, undefined, { ref: false });
    };
    await expect(idsOf(echo.client.echo(forever()))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

test('a stream waits for a peer that is not there yet; a unary call retries', async () => {
  const first = await startService(imageService, env);
  const url = first.grpcUrl;
  await first.stop();
  const early = connectGrpc(ImagesServiceService, { url, timeoutMs: 20_000 });
  const calls = [early.client.getImage({ id: 'traced' }), early.client.uploadImage(stream(chunkOf(5)))] as const;
  await sleep(50);
  const second = await startService(imageService, { ...env, GRPC_PORT: url.split(':')[1] });
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
