import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildProgram } from './fixture/pair.fixture';
import { JWT_PUBLIC_KEY } from './fixture/tokens.fixture';

jest.setTimeout(120_000);

/** The heap of a small container. */
const heapMegabytes = 48;
const request = 'GET /products HTTP/1.1\r\nHost: a\r\n\r\n';

let program: string;
let child: ChildProcess;
let port: number;
let sockets: Socket[] = [];

const url = () => `http://127.0.0.1:${port}/products`;
const answers = async () => (await fetch(url())).status;

beforeAll(async () => {
  program = await buildProgram('flooded');
}, 60_000);

beforeEach(async () => {
  port = randomInt(20_000, 30_000);
  const env = { HTTP_PORT: String(port), JWT_PUBLIC_KEY, LOG_LEVEL: 'silent' };
  child = spawn(process.execPath, [`--max-old-space-size=${heapMegabytes}`, program], { env, stdio: 'ignore' });
  for (const end = Date.now() + 60_000; (await answers().catch(() => 0)) !== 200; await sleep(50))
    if (Date.now() > end) throw new Error('does not start');
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  child.kill('SIGKILL');
});

const residentMegabytes = () =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;

/** The answers are never read. */
function flood(requests: number): void {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.pause();
  socket.write(request.repeat(requests));
  sockets.push(socket);
}

test('four connections with 10,000 requests each and unread answers cost little memory and delay nobody', async () => {
  const before = residentMegabytes();
  for (let one = 0; one < 4; one += 1) flood(10_000);
  for (let one = 0; one < 20; one += 1) {
    expect(await answers()).toBe(200);
    await sleep(50);
  }
  expect(child.exitCode ?? child.signalCode).toBeNull();
  expect(residentMegabytes() - before).toBeLessThan(100);
});
