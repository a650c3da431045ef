#!/usr/bin/env node
/**
 * The first program of every command: node cli/bootstrap.mjs COMMAND ARGUMENTS
 *
 * Runs on Node 20 with nothing installed. Installs the packages when they are not those of the lockfile, makes JavaScript of the libs
 * if they have changed, then runs the command on Node 24. The command gets a session of its own: a Ctrl-C reaches it once, passed on by this program, and
 * not a second time from the terminal. Its exit code becomes ours.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const began = Date.now();
const root = resolve(import.meta.dirname, '..');
const modules = join(root, 'node_modules');
const home = resolve(root, process.env.HALFTONE_HOME ?? '.halftone');
const stamp = join(modules, '.halftone-lock-hash');
/** npm's own list of what it has put on disk, written last. */
const record = join(modules, '.package-lock.json');
/** Something that is needed is missing. */
const exUnavailable = 69;
let child;
let installing = false;
let lastSignalAt = 0;
const fail = (text, code = 1) => {
  process.stderr.write(`${text}\n`);
  process.exit(code);
};

/** npm sends what the terminal sends as well, so the same wish arrives twice. */
function passOn(signal) {
  const again = Date.now() - lastSignalAt < 500;
  lastSignalAt = Date.now();
  if (again) return;
  if (child && !installing) return child.kill(signal);
  // npm would finish first, and what it leaves behind half done is removed by the next `npm ci` anyway.
  if (child) process.kill(-child.pid, 'SIGKILL');
  fail('interrupted', signal === 'SIGINT' ? 130 : 143);
}

function run(command, args, options) {
  return new Promise((resolve, reject) => {
    child = spawn(command, args, { cwd: root, detached: true, ...options });
    child.once('error', reject);
    const { pid } = child;
    child.once('exit', (code, signal) => {
      child = undefined;
      resolve({ code, signal, pid });
    });
  });
}

const readLock = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** Whether what is on disk is what the lockfile wants. */
function installed(lockFile) {
  if (!existsSync(record)) return false;
  const wanted = Object.entries(readLock(lockFile)).filter(([path]) => path.startsWith('node_modules/'));
  const present = readLock(record);
  return wanted.every(([path, { version, optional, link }]) =>
    present[path] ? link || present[path].version === version : optional,
  );
}

async function install() {
  const lockFile = join(root, 'package-lock.json');
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  if (!installed(lockFile)) await whileLocked(() => installed(lockFile) || npmCi());
  writeFileSync(stamp, hash);
}

async function npmCi() {
  process.stderr.write('installing packages with npm ci\n');
  const cli = process.env.npm_execpath;
  const [command, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []];
  const args = [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // Both say that an installation is complete; from here on it is not.
  for (const proof of [stamp, record]) rmSync(proof, { force: true });
  installing = true;
  const { code } = await run(command, args, { stdio: ['ignore', 2, 2] });
  installing = false;
  if (code !== 0) fail('npm ci failed; nothing was started');
  process.stderr.write(`installed in ${Math.round((Date.now() - began) / 1000)} s\n`);
}

/** Two `npm ci` in one folder would empty it under each other's feet. */
async function whileLocked(work) {
  const lock = join(root, '.halftone', 'install.lock');
  mkdirSync(join(root, '.halftone'), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      if (!holderLives(lock)) rmSync(lock, { force: true });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  process.once('exit', () => rmSync(lock, { force: true }));
  await work();
  rmSync(lock, { force: true });
}

function holderLives(lock) {
  try {
    // A holder that has not written its pid yet is a moment old.
    const pid = Number(readFileSync(lock, 'utf8'));
    return pid ? process.kill(pid, 0) : Date.now() - statSync(lock).mtimeMs < 2_000;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** npm's package of Node 24 for this platform, if there is one. Those of Linux are linked with glibc. */
function nodePackage() {
  const platforms = JSON.parse(readFileSync(join(root, 'tools/engines/platforms.json'), 'utf8'));
  const musl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
  return musl ? undefined : platforms[`${process.platform}-${process.arch}`]?.node;
}

function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const name = nodePackage();
  const packaged = name && join(modules, name, 'bin', 'node');
  if (packaged && existsSync(packaged)) return packaged;
  const why = name
    ? `the npm package ${name}, which has it, is not installed: npm ci --include=optional`
    : `npm has none for ${process.platform}-${process.arch}: install it from https://nodejs.org`;
  return fail(`Halftone runs on Node 24; this is Node ${process.versions.node}, and ${why}`, exUnavailable);
}

/** Commands import these libs as JavaScript, which is made when a source has become newer than the last time. */
async function transpileLibs(env) {
  const done = join(root, 'libs/contracts/dist/.transpiled');
  const sources = ['contracts', 'kernel', 'kafka', 'service']
    .map((lib) => `libs/${lib}/src`)
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(root, folder, name)));
  const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  if (existsSync(done) && statSync(done).mtimeMs >= newest) return;
  const { code } = await run(node24(), [join(root, 'tools/build/libs.ts')], { stdio: ['ignore', 2, 2], env });
  if (code !== 0) fail('the libs do not compile');
  writeFileSync(done, '');
}

/** A command that crashed or was killed has left a file that says what it had started (tools/os/started.ts). */
async function stopLeftovers(pid, env) {
  if (!existsSync(join(home, 'commands', `${pid}.json`))) return;
  await run(node24(), [join(root, 'tools', 'engines', 'stop-leftovers.ts')], { stdio: ['ignore', 2, 2], env });
}

async function main(args) {
  if (process.platform === 'win32') fail('Halftone runs on Linux and macOS; on Windows run it in WSL 2', exUnavailable);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, passOn);
  const parent = process.ppid;
  // npm that was killed cannot pass a signal on.
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && passOn('SIGTERM'), 1_000).unref();
  await install();
  const env = {
    ...process.env,
    PATH: [join(modules, '.bin'), process.env.PATH].join(delimiter),
    // Each command is some hundred files of TypeScript: what Node makes of them is kept.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(home, 'compile-cache'),
    HALFTONE_BEGAN: String(began),
    HALFTONE_INSTALLED: String(Date.now()),
  };
  await transpileLibs(env);
  const entry = join(import.meta.dirname, 'main.ts');
  // kafkajs schedules its queue with negative delays, which Node 24 mentions each time.
  const flags = ['--disable-warning=TimeoutNegativeWarning', '--disable-warning=ExperimentalWarning'];
  const { code, signal, pid } = await run(node24(), [...flags, entry, ...args], { stdio: 'inherit', env });
  await stopLeftovers(pid, env);
  process.exit(code ?? (signal === 'SIGINT' ? 130 : 143));
}

main(process.argv.slice(2)).catch((error) => fail(error.message));
