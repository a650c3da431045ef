import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ClientPool, monotonic } from './client-pool.ts';
import { marker } from './marker.ts';

const ping = Buffer.from([0x89, 0x00]);

const sockets: Socket[] = [];
let server: Server | undefined;
let pool: ClientPool | undefined;

afterEach(() => {
  pool?.end();
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** A server that greets every client and records what they send. */
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

test('a message that one client lost is not offset by a duplicate of another', async () => {
  const { said, port } = await greeter();
  pool = ClientPool.open(1);
  const handshake = { request: ['GET / HTTP/1.1'], upgrade: true, readyAt: 'welcome' };
  await pool.connect({ to: { host: '127.0.0.1', port }, handshake }, 5);
  const arrived = pool.receive(1, monotonic(), 300);
  const [none, two, ...others] = sockets;
  none?.write(ping);
  two?.write(marker + marker);
  for (const socket of others) socket.write(`x${marker}`);
  expect(await arrived).toMatchObject({ lost: 1, duplicated: 1, open: 5 });
  // A client answers pings; otherwise the server would cut it.
  expect(said).toEqual([Buffer.from([0x8a, 0x80, 0, 0, 0, 0])]);
  const late = pool.receive(0, monotonic(), 5_000);
  none?.end(marker);
  expect(await late).toMatchObject({ lost: 0, duplicated: 1 });
});
