import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { imagesV1 } from '@halftone/contracts';
import { type RunningService, startService } from '@halftone/service';
import { chunkOf, env, imageService } from './images.fixture';
import { connectGrpc } from './index';

const stallsAfterBytes = 256 * 1024;

let service: RunningService;
let proxy: Server;
let stalled: ReturnType<typeof Promise.withResolvers<void>>;
const sockets: Socket[] = [];

/** Forwards bytes until a connection has carried enough of them in one direction; then that direction stalls. */
function pass(from: Socket, to: Socket): void {
  let bytes = 0;
  from.on('data', (piece: Buffer) => {
    bytes += piece.length;
    to.write(piece);
    if (bytes < stallsAfterBytes) return;
    from.pause();
    stalled.resolve();
  });
  from.on('error', () => undefined).on('close', () => to.destroy());
  sockets.push(from);
}

beforeAll(async () => {
  service = await startService(imageService, env);
  const [, port = ''] = service.grpcUrl.split(':');
  proxy = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    pass(near, far);
    pass(far, near);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});
beforeEach(() => (stalled = Promise.withResolvers<void>()));
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  proxy.close();
  await service.stop();
});

const connected = () =>
  connectGrpc(imagesV1.ImagesServiceService, { url: `127.0.0.1:${(proxy.address() as AddressInfo).port}` });

test('a call is answered while the connection of an upload is stuck', async () => {
  const { client, close } = connected();
  const endless = async function* () {
    for (;;) yield chunkOf(64 * 1024);
  };
  const upload = client.uploadImage(endless(), { timeoutMs: 20_000 }).catch((error: unknown) => error);
  await stalled.promise;
  expect((await client.getImage({ id: 'plain' })).image?.id).toBe('plain');
  close();
  for (const socket of sockets) socket.destroy();
  await upload;
});

test('a call is answered while the connection of a download is stuck', async () => {
  const { client, close } = connected();
  const read = async () => {
    const pieces = client.downloadImage({ id: 'endless', rendition: '' })[Symbol.asyncIterator]();
    while (!(await pieces.next()).done);
  };
  const download = read().catch((error: unknown) => error);
  await stalled.promise;
  expect((await client.getImage({ id: 'plain' })).image?.id).toBe('plain');
  close();
  for (const socket of sockets) socket.destroy();
  await download;
});
