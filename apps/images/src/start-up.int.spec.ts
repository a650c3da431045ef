import { once } from 'node:events';
import { logger, type RunningService } from '@halftone/service';
import { bootService, engines, eventually, freePort, freshSchema, type FreshSchema, TcpProxy } from '@halftone/testing';
import { images } from './images';

const all = engines();
const proxyBefore = (hostAndPort: string) => TcpProxy.reserve(new URL(`tcp://${hostAndPort}`));
const through = (url: string, proxy: TcpProxy): string =>
  Object.assign(new URL(url), { port: String(proxy.port) }).href;

let schema: FreshSchema;
let env: Record<string, string>;
let http: string;
let booting: Promise<RunningService>;
let warnings: string[];

beforeEach(async () => {
  schema = await freshSchema('images');
  const port = await freePort();
  http = `http://127.0.0.1:${port}`;
  env = {
    HTTP_PORT: String(port),
    DATABASE_URL: schema.url,
    KAFKA_BROKERS: all.brokers.join(','),
    REDIS_URL: all.redisUrl,
  };
});
afterEach(async () => {
  await (await booting).stop();
  await schema.drop();
  jest.restoreAllMocks();
});

/** Collects warnings from the start: the loggers exist before the first await. */
function boot(): void {
  booting = bootService(images, env);
  warnings = [];
  for (const name of ['lifecycle', 'redis'])
    jest
      .spyOn(logger(name), 'warn')
      .mockImplementation((...words: unknown[]) => void warnings.push(String(words.at(-1))));
}

const probe = async (name: string) => {
  const answer = await fetch(`${http}/healthz/${name}`);
  return { status: answer.status, body: (await answer.json()) as { missing?: string[] } };
};

/** Asserts: started and live but not ready; then the dependency comes up, and the same process becomes ready. */
async function waitsFor(part: string, start: () => Promise<unknown>): Promise<void> {
  boot();
  await eventually(async () => expect((await probe('ready')).body.missing).toContain(part), 20_000);
  await eventually(() => expect(warnings).not.toEqual([]), 20_000);
  await new Promise((passed) => setTimeout(passed, 1_500));
  expect([(await probe('startup')).status, (await probe('live')).status, (await probe('ready')).status]).toEqual([
    200, 200, 503,
  ]);
  await start();
  await eventually(async () => expect((await probe('ready')).status).toBe(200), 30_000);
}

test('waits for PostgreSQL', async () => {
  const proxy = await proxyBefore(new URL(schema.url).host);
  env['DATABASE_URL'] = through(schema.url, proxy);
  await waitsFor('postgres', () => proxy.open());
  expect(warnings).toEqual([
    expect.stringMatching(/^postgres has not started: connect ECONNREFUSED .* \(check DATABASE_URL/),
  ]);
  await (await booting).stop();
  proxy.close();
});

test('waits until the database accepts the password', async () => {
  const wrong = Object.assign(new URL(schema.url), { password: 'later' });
  const { username } = wrong;
  env['DATABASE_URL'] = wrong.href;
  await waitsFor('postgres', () => schema.alter(`alter role ${username} password 'later'`));
  expect(warnings).toEqual([
    expect.stringMatching(/^postgres has not started: password authentication failed for user/),
  ]);
  expect(warnings.join()).not.toContain('later');
});

test('waits for the Kafka brokers', async () => {
  const proxy = await proxyBefore(all.brokers[0] ?? '');
  env['KAFKA_BROKERS'] = `127.0.0.1:${proxy.port}`;
  await waitsFor('kafka', () => proxy.open());
  expect(warnings).toEqual([expect.stringMatching(/^kafka has not started: .*ECONNREFUSED.* \(check KAFKA_BROKERS/)]);
  await (await booting).stop();
  proxy.close();
});

test('starts without Redis, but waits for a Redis that refuses the password', async () => {
  env['REDIS_URL'] = `redis://127.0.0.1:${await freePort()}`;
  boot();
  await eventually(async () => expect((await probe('ready')).status).toBe(200), 30_000);
  expect(warnings).toEqual([expect.stringMatching(/^Redis is unreachable: .*ECONNREFUSED.* \(check REDIS_URL\)/)]);
  await (await booting).stop();

  const { host } = new URL(all.redisUrl);
  env['REDIS_URL'] = `redis://${schema.name}:pw@${host}`;
  await waitsFor('redis', () => redisDoes(`ACL SETUSER ${schema.name} on >pw ~* &* +@all`));
  expect(warnings).toEqual([expect.stringMatching(/^redis has not started: WRONGPASS/)]);
  await redisDoes(`ACL DELUSER ${schema.name}`);
});

/** Sends one raw Redis command, because apps must not import the driver. */
async function redisDoes(command: string): Promise<void> {
  const { connect } = await import('node:net');
  const { hostname, port, password } = new URL(all.redisUrl);
  const socket = connect(Number(port), hostname);
  const say = async (line: string) => {
    socket.write(`${line}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (!/^[+:]/.test(String(answer))) throw new Error(String(answer));
  };
  if (password) await say(`AUTH ${password}`);
  await say(command);
  socket.destroy();
}
