import { connect } from 'node:net';
import type { ServiceState } from '@halftone/tools/os/run-state.ts';
import { signedIn, system } from '../system';

/** Where each service takes a body, and of which type. Whoever adds a service adds it here. */
const bodies: Readonly<Record<string, [path: string, contentType: string]>> = {
  gateway: ['/v1/tokens', 'application/json'],
  graph: ['/graphql', 'application/json'],
  orders: ['/graphql', 'application/json'],
  payments: ['/graphql', 'application/json'],
  images: ['/graphql', 'application/json'],
  'images-worker': ['/graphql', 'application/json'],
  notifications: ['/graphql', 'application/json'],
  realtime: ['/v1/events', 'application/json'],
  bank: ['/bank', 'text/xml'],
  console: ['/v1/tokens', 'application/json'],
};
const longestMs = 20_000;

/** Sends half of a body and waits; the token is one that is asked for before the body. The first line of the answer, empty without one, once the server has closed the connection. */
function stall({ http }: ServiceState, path: string, contentType: string, token: string): Promise<string> {
  const { hostname, port } = new URL(http);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${token}\r\ncontent-type: ${contentType}\r\ncontent-length: 40\r\n\r\n{"customer":"alice",`,
  );
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => reject(new Error(`open after ${longestMs} ms: ${text}`)), longestMs);
    socket.on('data', (bytes) => (text += bytes)).on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text.split('\r\n', 1)[0] ?? '');
    });
  });
}

test('a body of half its length is answered 408 at every process, and holds no connection at its probes', async () => {
  const { services } = system();
  const { authorization = '' } = await (await signedIn('alice')).authorization();
  expect([...new Set(services.map(({ name }) => name))].filter((name) => !bodies[name])).toEqual([]);
  const asked = services.flatMap((service) => {
    const [path = '', contentType = ''] = bodies[service.name] ?? [];
    return [
      { service, path, contentType, expected: /^HTTP\/1\.1 408 / },
      { service, path: '/healthz/live', contentType, expected: /^HTTP\/1\.1 4/ },
    ];
  });
  const answers = await Promise.all(
    asked.map(async ({ service, path, contentType, expected }) => {
      const line = await stall(service, path, contentType, authorization).catch(String);
      return expected.test(line) ? [] : [`${service.name} ${path}: ${line}`];
    }),
  );
  expect(answers.flat()).toEqual([]);
});
