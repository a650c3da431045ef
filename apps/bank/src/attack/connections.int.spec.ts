import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { recordConnections } from './connections.fixture';

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

const host = '127.0.0.1';
const failing = (work: Promise<unknown>) => work.catch(() => undefined);

test.each([
  ['a socket', () => once(new Socket().connect(port, host), 'close')],
  ['net.connect', () => once(connect(port, host), 'close')],
  ['tls.connect', () => failing(once(connectTls({ port, host }), 'secureConnect'))],
  ['http.request', () => failing(once(request({ port, host }).end(), 'response'))],
  ['fetch', () => failing(fetch(`http://${host}:${port}/`))],
])('a connection by %s is recorded with its port', async (_, work) => {
  expect(await recordConnections(work)).toContain(port);
});

test('a failed connection is recorded without a port; without a connection nothing is recorded', async () => {
  const closed = createServer().listen(0, host);
  await once(closed, 'listening');
  const { port: closedPort } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  expect(await recordConnections(() => failing(once(connect(closedPort, host), 'connect')))).toEqual([undefined]);
  expect(await recordConnections(async () => undefined)).toEqual([]);
});
