import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moveHome } from '../os/config.ts';
import { startEngine, stopEngine } from './engine-lifecycle.ts';
import type { EngineRecord } from './engine.ts';
import { loadSecrets, prepareSecrets } from './secrets.ts';
import { valkey } from './valkey.ts';

let folder: string;
let record: EngineRecord;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'halftone-redis-'));
  moveHome(folder);
  await prepareSecrets();
  const started = await startEngine(valkey, { signal: new AbortController().signal, note: () => undefined });
  await started.ready;
  record = started.record;
}, 120_000);
afterAll(async () => {
  await stopEngine(valkey, record);
  moveHome();
  rmSync(folder, { recursive: true });
});

/** Its answer to the last of the lines. */
async function ask(...lines: string[]): Promise<string> {
  const { hostname, port } = new URL(record.url);
  const socket = connect(Number(port), hostname);
  let reply = '';
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    reply = String((await once(socket, 'data'))[0]);
  }
  socket.destroy();
  return reply;
}

test('another user of this machine gets nothing from the Redis that we start; who has the URL does', async () => {
  const { password } = new URL(record.url);
  expect(password).toBe(loadSecrets().redisPassword);
  expect(await ask('KEYS *')).toContain('-NOAUTH');
  expect(await ask('AUTH halftone', 'KEYS *')).toContain('-NOAUTH');
  expect(await ask(`AUTH ${password}`, 'PING')).toContain('+PONG');
});

test('the password is not among the arguments that every user sees', () => {
  if (!record.pid) return;
  expect(readFileSync(`/proc/${record.pid}/cmdline`, 'utf8')).not.toContain(loadSecrets().redisPassword);
});
