import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@halftone/local';
import { buildPair, Pair, pidIn } from './fixture/pair.fixture';

jest.setTimeout(300_000);

let pair: Pair | undefined;

beforeAll(buildPair, 60_000);
afterEach(() => pair?.kill('SIGKILL'));

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process.
    return false;
  }
};

test('several processes answer on one port, combine their metrics, replace a dead one, and stop together', async () => {
  const running = (pair = Pair.start(await freePort(), { PROCESSES: '2' }));
  await running.until(
    () => running.get('/healthz/ready'),
    () => true,
  );
  const [first = 0, second = 0] = await running.until(
    () => running.pids(),
    (pids) => pids.length === 2,
  );
  expect(await running.get('/metrics')).toMatch(/^build_info\{.*} 1$/m);
  expect((await running.get('/metrics')).match(/^process_open_fds.*$/gm)).toHaveLength(1);

  process.kill(first, 'SIGKILL');
  const now = await running.until(
    () => running.pids(),
    (pids) => pids.length === 2 && !pids.includes(first),
  );
  expect(now).toContain(second);

  running.kill('SIGTERM');
  expect((await running.ended)[0]).toBe(0);
  expect(now.filter(isAlive)).toEqual([]);
});

test('a worker that dies while the primary sends it a message is replaced too', async () => {
  const running = (pair = Pair.start(await freePort(), { PROCESSES: '2' }));
  const before = await running.until(
    () => running.pids(),
    (pids) => pids.length === 2,
  );
  const asking = pidIn(await running.getOfOne('/healthz/live'));
  const [doomed = 0] = before.filter((pid) => pid !== asking);
  // The primary reads the request and forwards it to all workers before it learns that one of them is dead.
  running.kill('SIGSTOP');
  // Only sent; the answer may be lost with the worker.
  running.getOfOne('/metrics').catch(() => undefined);
  await sleep(500);
  process.kill(doomed, 'SIGKILL');
  running.kill('SIGCONT');
  await running.until(
    () => running.pids(),
    (pids) => pids.length === 2 && !pids.includes(doomed),
  );
});

test('when a worker cannot start, the whole ends with its exit code', async () => {
  const port = await freePort();
  const holder = createServer().listen(port, '127.0.0.1');
  await once(holder, 'listening');
  pair = Pair.start(port, { PROCESSES: '2' });
  expect((await pair.ended)[0]).toBe(1);
  await new Promise((done) => holder.close(done));
  pair = Pair.start(port, { PROCESSES: '2', LOG_LEVEL: 'loud' });
  expect((await pair.ended)[0]).toBe(78);
});
