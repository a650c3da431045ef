import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@halftone/kernel';
import { imagesV1 } from '@halftone/contracts';
import { type RunningService, runInCall, startService, withTraceparent } from '@halftone/service';
import { testToken } from '@halftone/testing';
import { chunkOf, EchoService, env, idsOf, imageService, seen, stream, whole } from './images.fixture';
import { connectGrpc } from './index';

const { ImagesServiceService } = imagesV1;

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
  test('the server knows the caller', async () => {
    const token = await testToken('alice');
    const answer = await runInCall({ token }, () => images.client.getImage({ id: 'mine' }));
    expect(answer.image).toMatchObject({ id: 'mine', customer: 'alice' });
    await expect(images.client.getImage({ id: 'mine' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('the trace continues and the deadline shrinks', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const call = () => runInCall({ deadline: Date.now() + 500 }, () => images.client.getImage({ id: 'traced' }));
    const { image } = await withTraceparent(`00-${trace}-b7ad6b7169203331-01`, call);
    expect(image?.step).toContain(trace);
    expect(image?.width).toBeGreaterThan(0);
    expect(image?.width).toBeLessThanOrEqual(500);
  });

  test('a DomainError arrives unchanged', async () => {
    await expect(images.client.getImage({ id: 'x' })).rejects.toMatchObject({
      name: 'DomainError',
      code: 'IMAGE_NOT_FOUND',
      message: 'No image x of the instance',
    });
    await expect(images.client.getImage({ id: 'invalid' })).rejects.toMatchObject({
      message: 'Größe falsch',
      details: [{ path: 'größe', message: 'zu groß €' }],
    });
  });

  test('both sides measure a call under its error code', async () => {
    const ended = async () => {
      const text = await (await fetch(`${service.httpUrl}/metrics`)).text();
      const call = `{method="/halftone.images.v1.ImagesService/GetImage",code="IMAGE_NOT_FOUND"} `;
      return ['client', 'server'].map((side) =>
        Number(text.split(`grpc_${side}_duration_seconds_count${call}`)[1]?.[0]),
      );
    };
    // Both calls are counted, whatever their outcome.
    await images.client.getImage({ id: 'x' }).catch(() => undefined);
    const [client = 0, server = 0] = await ended();
    await images.client.getImage({ id: 'x' }).catch(() => undefined);
    expect(await ended()).toEqual([client + 1, server + 1]);
  });

  test('a bug exposes nothing about itself', async () => {
    const error: DomainError = await images.client.getImage({ id: 'broken' }).catch((thrown) => thrown);
    expect(error.code).toBe('INTERNAL');
    expect(error.message).not.toContain('secret');
  });

  test('a deadline ends the call, also one that has passed before it', async () => {
    const late = { name: 'DomainError', code: 'DEADLINE_EXCEEDED' };
    await expect(images.client.getImage({ id: 'slow' }, { timeoutMs: 50 })).rejects.toMatchObject(late);
    const past = () => images.client.getImage({ id: 'slow' });
    await expect(runInCall({ deadline: Date.now() - 1 }, past)).rejects.toMatchObject(late);
  });

  test('a call to a peer that is unavailable for a moment is retried', async () => {
    seen.unavailable = 2;
    expect((await images.client.getImage({ id: 'unavailable' })).image?.id).toBe('back');
  });

  test('a method that the controller lacks is not served', async () => {
    await expect(images.client.listImages({ limit: 1, cursor: '' })).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('client streaming', () => {
  test('all bytes arrive', async () => {
    const upload = async function* () {
      yield { header: { contentType: 'image/png', fileName: '', idempotencyKey: 'k' } };
      for (let index = 0; index < 200; index += 1) yield chunkOf(64 * 1024);
    };
    expect((await images.client.uploadImage(whole(upload()))).image?.size).toBe(200 * 64 * 1024);
  });

  test('an error arrives before the end, and the source is released', async () => {
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

  test('a cancelled upload does not count as complete', async () => {
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

  test('an upload that ends too early does not count as complete', async () => {
    seen.uploads = 0;
    await expect(images.client.uploadImage(stream(chunkOf(10)))).rejects.toMatchObject({ code: 'TRANSFER_INCOMPLETE' });
    expect(seen.uploads).toBe(0);
  });

  test('the caller gets an error of the source', async () => {
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

  test('a slow reader slows the writer, and leaving the loop ends it', async () => {
    for await (const message of images.client.downloadImage({ id: 'endless', rendition: '' })) {
      expect(message.chunk).toHaveLength(64 * 1024);
      await sleep(100);
      break;
    }
    for (let tries = 0; tries < 100 && !seen.ended; tries += 1) await sleep(50);
    expect(seen.written).toBeLessThan(60);
    expect(seen.ended).toBe(true);
  });

  test('an error in the middle is thrown after the messages before it', async () => {
    let messages = 0;
    const read = async () => {
      for await (const message of images.client.downloadImage({ id: 'torn', rendition: '' }))
        messages += message.chunk ? 1 : 0;
    };
    await expect(read()).rejects.toMatchObject({ code: 'RENDITION_NOT_FOUND' });
    expect(messages).toBe(2);
  });
});

describe('bidirectional streaming', () => {
  test('responses arrive while requests are sent', async () => {
    expect(await idsOf(echo.client.echo(stream({ id: 'a' }, { id: 'b' })))).toEqual(['a', 'b']);
  });

  test('an error ends it', async () => {
    await expect(idsOf(echo.client.echo(stream({ id: 'a' }, { id: 'stop' })))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  test('an error ends it while the handler waits for requests', async () => {
    const forever = async function* () {
      yield { id: 'a' };
      yield { id: 'stop while reading' };
      await sleep(60_000, undefined, { ref: false });
    };
    await expect(idsOf(echo.client.echo(forever()))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

test('a stream waits for a peer that has not started; a unary call retries', async () => {
  const first = await startService(imageService, env);
  const url = first.grpcUrl;
  await first.stop();
  const early = connectGrpc(ImagesServiceService, { url, timeoutMs: 20_000 });
  const calls = [early.client.getImage({ id: 'traced' }), early.client.uploadImage(whole(stream(chunkOf(5))))] as const;
  await sleep(50);
  const second = await startService(imageService, { ...env, GRPC_PORT: url.split(':')[1] });
  expect((await calls[0]).image?.id).toBe('traced');
  expect((await calls[1]).image?.size).toBe(5);
  early.close();
  await second.stop();
});

test('a peer that never starts is UNAVAILABLE', async () => {
  const nobody = connectGrpc(ImagesServiceService, { url: '127.0.0.1:1', timeoutMs: 200 });
  await expect(nobody.client.getImage({ id: 'x' })).rejects.toMatchObject({
    code: expect.stringMatching('UNAVAILABLE|DEADLINE'),
  });
  nobody.close();
});
