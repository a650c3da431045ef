import { logger, type RunningService } from '@halftone/service';
import { bootService, engines, eventually, freePort, freshSchema, type FreshSchema, Gate } from '@halftone/testing';
import { images } from './images';

const all = engines();
const gateBefore = (hostAndPort: string) => {
  const { hostname, port } = new URL(`tcp://${hostAndPort}`);
  return Gate.before(hostname, Number(port));
};
const through = (url: string, gate: Gate): string => Object.assign(new URL(url), { port: String(gate.port) }).href;

let schema: FreshSchema;
let env: Record<string, string>;
let http: string;
let booting: Promise<RunningService>;
let told: string[];

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

/** What it tells is caught from the moment on in which the log is set up, which is before the first await. */
function boot(): void {
  booting = bootService(images, env);
  told = [];
  for (const name of ['lifecycle', 'redis'])
    jest.spyOn(logger(name), 'warn').mockImplementation((...words: unknown[]) => void told.push(String(words.at(-1))));
}

const probe = async (name: string) => {
  const answer = await fetch(`${http}/healthz/${name}`);
  return { status: answer.status, body: (await answer.json()) as { missing?: string[] } };
};

/** Not ready for a while, though started and alive; then what was missing comes, and the same process is ready. */
async function waitsFor(part: string, come: () => Promise<unknown>): Promise<void> {
  boot();
  await eventually(async () => expect((await probe('ready')).body.missing).toContain(part), 20_000);
  await eventually(() => expect(told).not.toEqual([]), 20_000);
  await new Promise((passed) => setTimeout(passed, 1_500));
  expect([(await probe('startup')).status, (await probe('live')).status, (await probe('ready')).status]).toEqual([
    200, 200, 503,
  ]);
  await come();
  await eventually(async () => expect((await probe('ready')).status).toBe(200), 30_000);
}

test('PostgreSQL that is not there yet', async () => {
  const gate = await gateBefore(new URL(schema.url).host);
  env['DATABASE_URL'] = through(schema.url, gate);
  await waitsFor('postgres', () => gate.open());
  expect(told).toEqual([
    expect.stringMatching(/^postgres is not there yet: connect ECONNREFUSED .* \(check DATABASE_URL/),
  ]);
  await (await booting).stop();
  gate.close();
});

test('a database whose role has another password, until it has not', async () => {
  const wrong = Object.assign(new URL(schema.url), { password: 'later' });
  const { username } = wrong;
  env['DATABASE_URL'] = wrong.href;
  await waitsFor('postgres', () => schema.alter(`alter role ${username} password 'later'`));
  expect(told).toEqual([expect.stringMatching(/^postgres is not there yet: password authentication failed for user/)]);
  expect(told.join()).not.toContain('later');
});

test('brokers that are not there yet', async () => {
  const gate = await gateBefore(all.brokers[0] ?? '');
  env['KAFKA_BROKERS'] = `127.0.0.1:${gate.port}`;
  await waitsFor('kafka', () => gate.open());
  expect(told).toEqual([expect.stringMatching(/^kafka is not there yet: .*ECONNREFUSED.* \(check KAFKA_BROKERS/)]);
  await (await booting).stop();
  gate.close();
});

test('Redis may be away; one that refuses the password is waited for', async () => {
  env['REDIS_URL'] = `redis://127.0.0.1:${await freePort()}`;
  boot();
  await eventually(async () => expect((await probe('ready')).status).toBe(200), 30_000);
  expect(told).toEqual([expect.stringMatching(/^Redis is away: .*ECONNREFUSED.* \(check REDIS_URL\)/)]);
  await (await booting).stop();

  const { host } = new URL(all.redisUrl);
  env['REDIS_URL'] = `redis://${schema.name}:pw@${host}`;
  await waitsFor('redis', () => redisDoes(host, `ACL SETUSER ${schema.name} on >pw ~* &* +@all`));
  expect(told).toEqual([expect.stringMatching(/^redis is not there yet: WRONGPASS/)]);
  await redisDoes(host, `ACL DELUSER ${schema.name}`);
});

/** One command by hand: drivers are for libraries. */
async function redisDoes(host: string, command: string): Promise<void> {
  const { connect } = await import('node:net');
  const { hostname, port } = new URL(`tcp://${host}`);
  const socket = connect(Number(port), hostname);
  socket.write(`${command}\r\n`);
  const [answer] = await new Promise<Buffer[]>((resolve, reject) => {
    socket.once('data', (bytes) => resolve([bytes])).once('error', reject);
  });
  socket.destroy();
  if (!/^[+:]/.test(String(answer))) throw new Error(String(answer));
}
