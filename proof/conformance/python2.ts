/**
 * Python 2.7 for a suite that was never ported: Debian 11 was the last to have it, so its packages are fetched by apt-get from the
 * machine's own mirror, unpacked aside and never installed. The packages that the suite needs from the Python index have exact versions.
 */
import { mkdirSync, readdirSync, rmSync, renameSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { environment, programHome } from '@halftone/tools/os/config.ts';
import { capture } from '@halftone/tools/os/command.ts';

const lastWithPython2 = 'bullseye';
export const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

const packages = [
  'python2.7-minimal',
  'libpython2.7-minimal',
  'libpython2.7-stdlib',
  'python-pip-whl',
  'python-pkg-resources',
  'python-setuptools',
  'libffi7',
  'libssl1.1',
] as const;

export interface Python2 {
  program: string;
  env: Readonly<Record<string, string>>;
  /** Folder of what was installed for it. */
  packages: string;
}

const folder = join(programHome, 'python2');
const unpacked = join(folder, 'usr');
const ready = join(folder, 'ready');

const multiarch: Partial<Record<NodeJS.Architecture, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
const libraries = () => join(unpacked, 'lib', multiarch[process.arch] ?? '');

/** It was prepared before. */
export const hasPython2 = (): boolean => existsSync(ready);

/** Throws, with a line that says why, where it cannot be had. */
export async function python2(requirements: readonly string[], signal: AbortSignal): Promise<Python2> {
  const python = {
    program: join(unpacked, 'bin/python2.7'),
    env: { LD_LIBRARY_PATH: libraries(), PYTHONDONTWRITEBYTECODE: '1', PYTHONNOUSERSITE: '1' },
    packages: join(folder, 'packages'),
  };
  if (hasPython2()) return python;
  rmSync(folder, { recursive: true, force: true });
  await unpack(signal);
  await install(python, requirements, signal);
  writeFileSync(ready, '');
  return python;
}

/** apt with lists and a cache of its own; the machine's stay as they are. */
async function unpack(signal: AbortSignal): Promise<void> {
  const [lists, cache, downloads] = ['lists', 'cache', 'downloads'].map((name) => join(folder, 'apt', name));
  if (!lists || !cache || !downloads) return;
  for (const path of [join(lists, 'partial'), join(cache, 'archives/partial'), downloads])
    mkdirSync(path, { recursive: true });
  const sources = join(folder, 'apt/sources.list');
  writeFileSync(sources, `${await sourceLine(signal)}\n`);
  const places = {
    'Dir::Etc::SourceList': sources,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': lists,
    'Dir::Cache': cache,
    // The user that apt downloads as may not enter this folder.
    'APT::Sandbox::User': 'root',
  };
  const options = Object.entries(places).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const aptGet = (...args: string[]) => capture('apt-get', [...options, ...args], { cwd: downloads, signal });
  await aptGet('update');
  await aptGet('download', ...packages);
  for (const file of readdirSync(downloads)) await capture('dpkg', ['-x', join(downloads, file), folder], { signal });
  rmSync(join(folder, 'apt'), { recursive: true });
}

/** The mirror that this machine takes Debian from, believed by Debian's own keys. */
async function sourceLine(signal: AbortSignal): Promise<string> {
  const format = ['--format', '$(REPO_URI) $(COMPONENT)', 'Created-By: Packages'];
  const targets = (await capture('apt-get', ['indextargets', ...format], { signal })).split('\n');
  const [uri] = targets.find((line) => /\/debian\/? main$/.test(line))?.split(' ') ?? [];
  if (!uri || !existsSync(keyring)) throw new Error('apt on this machine knows no mirror of Debian');
  return `deb [signed-by=${keyring}] ${uri} ${lastWithPython2} main`;
}

/** By the pip that Debian 11 brings as wheels. No dependency is resolved: the list is whole, or the suite does not start. */
async function install(python: Python2, requirements: readonly string[], signal: AbortSignal): Promise<void> {
  const wheels = join(unpacked, 'share/python-wheels');
  const path = readdirSync(wheels).map((wheel) => join(wheels, wheel));
  const part = `${python.packages}.part`;
  const args = ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', '--no-deps', '--target', part, ...requirements];
  const env = { ...environment, ...python.env, PYTHONPATH: path.join(':'), PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  await capture(python.program, args, { env, signal });
  renameSync(part, python.packages);
}
