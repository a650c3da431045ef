import dns from 'node:dns';
import { setTimeout as sleep } from 'node:timers/promises';
import { imagesV1 } from '@halftone/contracts';
import { type RunningService, startService } from '@halftone/service';
import { freePort } from '@halftone/testing';
import { chunkOf, env, imageService, whole } from './images.fixture';
import { connectGrpc } from './index';

const { ImagesServiceService } = imagesV1;
type Images = ReturnType<typeof connectGrpc<typeof ImagesServiceService>>;

/** The DNS answer of a headless service: the addresses of the ready pods. */
let addresses: string[] = [];
let lookups = 0;
let port: string;
let images: Images;
const running: RunningService[] = [];

beforeAll(async () => {
  port = String(await freePort());
  jest.spyOn(dns.promises, 'lookup').mockImplementation((async () => {
    lookups += 1;
    if (addresses.length === 0) throw Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' });
    return addresses.map((address) => ({ address, family: 4 }));
  }) as never);
});
beforeEach(() => {
  images = connectGrpc(ImagesServiceService, { url: `dns:///pods.test:${port}`, timeoutMs: 20_000 });
});
afterEach(async () => {
  images.close();
  await Promise.all(running.splice(0).map((pod) => pod.stop()));
});
afterAll(() => jest.restoreAllMocks());

/** Each pod has its own address and the common port. */
async function pod(address: string, lameDuckMs = 0): Promise<RunningService> {
  const own = { GRPC_HOST: address, GRPC_PORT: port, SHUTDOWN_LAME_DUCK_MS: String(lameDuckMs) };
  const started = await startService(imageService, { ...env, ...own });
  running.push(started);
  return started;
}

/** Calls without a pause until `end`. */
function load(): { end(): Promise<{ calls: number; failures: unknown[] }> } {
  const failures: unknown[] = [];
  let calls = 0;
  let ended = false;
  const read = async () => {
    while (!ended) {
      await images.client.getImage({ id: 'plain' }).catch((error) => failures.push(error));
      calls += 1;
    }
  };
  const upload = async () => {
    while (!ended) {
      const chunks = async function* () {
        for (let sent = 0; sent < 5; sent += 1) {
          yield chunkOf(20_000);
          await sleep(10);
        }
      };
      await images.client.uploadImage(whole(chunks())).catch((error) => failures.push(error));
      calls += 1;
    }
  };
  const clients = [read(), read(), read(), upload(), upload(), upload()];
  return {
    end: async () => {
      ended = true;
      await Promise.all(clients);
      return { calls, failures };
    },
  };
}

test('both replicas are replaced within seconds: no call and no stream fails', async () => {
  const [first, second] = await Promise.all([pod('127.0.7.1', 300), pod('127.0.7.2', 300)]);
  addresses = ['127.0.7.1', '127.0.7.2'];
  const calls = load();
  await sleep(200);
  await pod('127.0.7.3');
  addresses = ['127.0.7.2', '127.0.7.3'];
  await first.stop();
  await pod('127.0.7.4');
  addresses = ['127.0.7.3', '127.0.7.4'];
  await second.stop();
  await sleep(700);
  const { calls: count, failures } = await calls.end();
  expect(failures).toEqual([]);
  expect(count).toBeGreaterThan(20);
});

test('the only replica is replaced at a new address: unary calls wait for it', async () => {
  const old = await pod('127.0.7.5');
  addresses = ['127.0.7.5'];
  await images.client.getImage({ id: 'plain' });
  addresses = [];
  await old.stop();
  const waiting = images.client.getImage({ id: 'plain' });
  await sleep(300);
  await pod('127.0.7.6');
  addresses = ['127.0.7.6'];
  const before = performance.now();
  expect((await waiting).image?.id).toBe('plain');
  expect(performance.now() - before).toBeLessThan(15_000);
});

test('stale addresses are resolved again soon, but not continuously', async () => {
  addresses = ['127.0.7.7'];
  const waiting = images.client.getImage({ id: 'plain' });
  await sleep(100);
  lookups = 0;
  await sleep(1_500);
  expect(lookups).toBeLessThanOrEqual(5);
  while (lookups === 0) await sleep(20);
  await pod('127.0.7.8');
  addresses = ['127.0.7.8'];
  expect((await waiting).image?.id).toBe('plain');
});
