/**
 * Runs inside the image build: node tools/build/images/pack.ts FOLDER
 *
 * Builds everything and puts what goes into the image of each service in FOLDER/SERVICE: `code`, and in `packages` the native
 * libraries that a bundle can't hold.
 */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll, buildJobs } from '../build.ts';
import { native } from '../bundle-kind.ts';
import { closureOf, readLockfile, type Platform } from '../packages.ts';
import { appsOf, declaredBy } from '../workspace.ts';
import { root } from '../../os/config.ts';

/** A library has what building against it needs; none of that is read at run time. */
const unused = /\/(include|src|install|docs?)$|\/(readme|changelog|history)\.md$|\.(d\.[cm]?ts|map|gypi?)$/i;

const here: Platform = {
  os: process.platform,
  cpu: process.arch,
  libc: existsSync('/lib/ld-musl-x86_64.so.1') || existsSync('/lib/ld-musl-aarch64.so.1') ? 'musl' : 'glibc',
};

function copy(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => !unused.test(path) && !path.endsWith('.packages.json') });
}

function pack(service: string, bundle: string, packages: readonly string[], target: string): void {
  const own = join(target, service);
  copy(join(root, bundle), join(own, 'code'));
  // A layer of nothing, for services without native libraries: all have the same Dockerfile.
  mkdirSync(join(own, 'packages'), { recursive: true });
  for (const place of packages) copy(join(root, place), join(own, 'packages', place));
}

async function packAll(target: string): Promise<void> {
  const { signal } = new AbortController();
  await buildAll(signal);
  await buildJobs(signal);
  const lockfile = readLockfile(root);
  for (const app of appsOf(root)) {
    const declared = declaredBy(root, join('apps', app));
    const natives = native.filter((name) => declared.has(name));
    pack(app, join('apps', app, 'bundle'), closureOf(lockfile, natives, here), target);
  }
  pack('tools', 'tools/bundle', [], target);
  mkdirSync(join(target, 'empty'));
}

const [target = ''] = process.argv.slice(2);
await packAll(target).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
