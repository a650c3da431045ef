import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { limitBodies } from './body-timeout';
import { limitConnections } from './connection-limits';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const requests: WeakRef<IncomingMessage>[] = [];
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(new WeakRef(request));
    response.writeHead(401).end();
  });
  limitConnections(server);
  limitBodies(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => server.close());

/** Sends half a body, reads the answer, and hangs up. */
async function hangUp(): Promise<void> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf');
  await once(socket, 'data');
  socket.destroy();
  await once(socket, 'close');
}

test('refused requests whose clients hung up are freed', async () => {
  for (let count = 0; count < 100; count += 1) await hangUp();
  // Longer than the interval of the checks, much shorter than a body may be idle.
  await sleep(2_500);
  collectGarbage();
  const kept = requests.filter((request) => request.deref() !== undefined).length;
  expect(requests).toHaveLength(100);
  // Node may still refer to the latest.
  expect(kept).toBeLessThan(5);
});
