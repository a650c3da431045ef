import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Crowd, monotonic } from './crowd.ts';
import { marker } from './marker.ts';

const ping = Buffer.from([0x89, 0x00]);

const sockets: Socket[] = [];
let server: Server | undefined;
let crowd: Crowd | undefined;

afterEach(() => {
  crowd?.end();
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** Greets everybody, and keeps what they say. */
async function greeter() {
  server = createServer();
  const said: Buffer[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('data', (bytes: Buffer) => {
      if (bytes.includes('GET /')) socket.write('welcome');
      else said.push(bytes);
    });
    socket.on('error', () => undefined);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { said, port: (server.address() as AddressInfo).port };
}

test('what one client lacks is not made up for by what another got twice', async () => {
  const { said, port } = await greeter();
  crowd = Crowd.open(1);
  const words = { request: ['GET / HTTP/1.1'], upgrade: true, readyAt: 'welcome' };
  await crowd.connect({ to: { host: '127.0.0.1', port }, words }, 5);
  const arrived = crowd.receive(1, monotonic(), 300);
  const [none, two, ...others] = sockets;
  none?.write(ping);
  two?.write(marker + marker);
  for (const socket of others) socket.write(`x${marker}`);
  expect(await arrived).toMatchObject({ lost: 1, twice: 1, open: 5 });
  // Who is pinged answers, or would be cut.
  expect(said).toEqual([Buffer.from([0x8a, 0x80, 0, 0, 0, 0])]);
  const late = crowd.receive(0, monotonic(), 5_000);
  none?.end(marker);
  expect(await late).toMatchObject({ lost: 0, twice: 1 });
});
