import { connect } from 'node:net';
import type { RunningService } from '@halftone/service';
import { addressOf, bootService, routesOf, type ServedRoute } from '@halftone/testing';
import { gateway } from './gateway';
import { fakeServices, gatewayEnv } from './services.fixture';

/** Routes without a token: the body has the credentials. */
const forAnyone = ['/v1/tokens', '/v1/tokens/revocation'];

let services: RunningService;
let edge: RunningService;

beforeAll(async () => {
  services = await bootService(fakeServices({}));
  edge = await bootService(gateway, gatewayEnv(services.grpcUrl));
});
afterAll(async () => {
  await edge.stop();
  await services.stop();
});

/** Sends a body of 60 KB except its last byte; returns the status line. */
async function answerTo(route: ServedRoute): Promise<string> {
  const { hostname, port } = new URL(edge.httpUrl);
  const type = route.path === '/v1/images' ? 'image/png' : 'application/json';
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  const fields = ['Host: a', `Content-Type: ${type}`, 'Content-Length: 60000', 'Idempotency-Key: k'];
  socket.write(`${route.method} ${addressOf(route)} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n${' '.repeat(59_999)}`);
  const answer = await new Promise<string>((resolve) => {
    setTimeout(resolve, 10_000, 'nothing').unref();
    socket.once('data', (bytes: Buffer) => resolve(bytes.toString().split('\r\n', 1)[0] ?? ''));
  });
  socket.destroy();
  return answer;
}

test('every route with a body checks the token first, except those that issue one', async () => {
  const routes = routesOf(edge).filter(
    ({ method, path }) => /P|DEL/.test(method) && method !== 'OPTIONS' && !forAnyone.includes(path),
  );
  expect(routes.map(({ path }) => path)).toEqual(expect.arrayContaining(['/v1/orders', '/v1/images', '/v1/transfers']));
  const answers = await Promise.all(routes.map(async (route) => [route.path, await answerTo(route)]));
  expect(answers).toEqual(routes.map(({ path }) => [path, 'HTTP/1.1 401 Unauthorized']));
});
