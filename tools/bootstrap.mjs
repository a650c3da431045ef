/**
 * The first program of every command: node tools/bootstrap.mjs COMMAND ARGUMENTS
 *
 * Runs on Node 20 with nothing installed. Installs the packages when they are not those of the lockfile, compiles the contracts if
 * that was never done, then runs the command on Node 24. The command gets a session of its own: a Ctrl-C reaches it once, passed on by this program, and
 * not a second time from the terminal. Its exit code becomes ours.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

const began = Date.now();
const root = resolve(import.meta.dirname, '..');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.halftone-lock-hash');
/** npm's own list of what it has put on disk, written last. */
const record = join(modules, '.package-lock.json');
/** Commands whose module is not NAME/main.ts; a colon is no part of a folder's name. */
const modulesOf = {
  compose: 'build/compose-supergraph.ts',
  test: 'check/main.ts',
  'k8s:up': 'k8s-up/main.ts',
  'k8s:down': 'k8s-down/main.ts',
  'k8s:kill': 'k8s-kill/main.ts',
  'k8s:report': 'k8s-report/main.ts',
  'e2e:k8s': 'e2e-k8s/main.ts',
};

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
    child.once('exit', (code, signal) => {
      child = undefined;
      resolve({ code, signal });
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

function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const packaged = join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(packaged)) return packaged;
  return fail(
    `Halftone runs on Node 24; this is ${process.version}, and npm has no Node 24 for this platform: install it`,
  );
}

/** Commands read the wire's types as they were compiled, and a fresh checkout has none yet; every build brings them up to date. */
async function compileContracts(env) {
  const contracts = join(root, 'libs', 'contracts');
  if (existsSync(join(contracts, 'dist', 'index.js'))) return;
  const tsc = join(modules, 'typescript', 'bin', 'tsc');
  const { code } = await run(node24(), [tsc, '-b', contracts], { stdio: ['ignore', 2, 2], env });
  if (code !== 0) fail('libs/contracts does not compile');
}

async function main([command, ...args]) {
  const own = readdirSync(join(root, 'tools')).map((name) => join(name, 'main.ts'));
  const mapped = Object.values(modulesOf);
  const commands = [
    ...own
      .filter((file) => existsSync(join(root, 'tools', file)) && !mapped.includes(file))
      .map((file) => dirname(file)),
    ...Object.keys(modulesOf),
  ];
  if (!commands.includes(command)) {
    fail(
      `node tools/bootstrap.mjs COMMAND ARGUMENTS, with one of: ${commands.sort().join(' ')}`,
      command === '--help' ? 0 : 64,
    );
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, passOn);
  const parent = process.ppid;
  // npm that was killed cannot pass a signal on.
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && passOn('SIGTERM'), 1_000).unref();
  await install();
  const env = {
    ...process.env,
    PATH: [join(modules, '.bin'), process.env.PATH].join(delimiter),
    HALFTONE_BEGAN: String(began),
    HALFTONE_INSTALLED: String(Date.now()),
  };
  await compileContracts(env);
  const entry = join(root, 'tools', modulesOf[command] ?? join(command, 'main.ts'));
  // kafkajs schedules its queue with negative delays, which Node 24 mentions each time.
  const flags = ['--disable-warning=TimeoutNegativeWarning', '--disable-warning=ExperimentalWarning'];
  const { code, signal } = await run(node24(), [...flags, entry, ...args], { stdio: 'inherit', env });
  process.exit(code ?? (signal === 'SIGINT' ? 130 : 143));
}

main(process.argv.slice(2)).catch((error) => fail(error.message));
