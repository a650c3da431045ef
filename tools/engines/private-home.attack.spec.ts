import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { moveHome } from '../os/config.ts';
import { closeHome, paths, writeJson } from '../os/home.ts';
import { launch } from '../os/os-process.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halftone-home-'));
  chmodSync(folder, 0o755);
  moveHome(folder);
});
afterEach(() => {
  moveHome();
  rmSync(folder, { recursive: true });
});

/** As an earlier version left it. */
function openFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
  writeFileSync(file, 'an event of payments', { mode: 0o644 });
}

/** The files whose content any user of this machine can read. */
function readableIn(place: string): string[] {
  if ((statSync(place).mode & 0o001) === 0) return [];
  // Whoever knows the name needs no right to list.
  return readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
    const path = join(place, entry.name);
    if (entry.isDirectory()) return readableIn(path);
    return (statSync(path).mode & 0o004) === 0 ? [] : [path];
  });
}

const events = () => [join(paths.data, 'kafka/halftone.payments.v1-0/0.log'), join(paths.logs, 'payments.log')];

test.each([
  ['a home of our own', false],
  ['a home that the user of PostgreSQL has to enter', true],
])('other users read no event, log, record or secret: %s', async (_what, entered) => {
  [...events(), join(folder, 'engines.lock'), join(paths.records, 'users.json')].forEach(openFile);
  expect(readableIn(folder)).toHaveLength(4);

  closeHome(entered);
  writeJson(paths.run, { engines: {} });
  writeJson(join(paths.records, 'redis.json'), {});
  const { exited } = await launch({
    command: '/bin/sh',
    args: ['-c', 'echo a line; mkdir -p "$0/data/kafka/x"; echo a record > "$0/data/kafka/x/1.log"', folder],
    env: process.env,
    cwd: folder,
    log: join(paths.logs, 'kafka.log'),
  });
  await exited;
  expect(readableIn(folder)).toEqual([]);
  expect(statSync(join(paths.data, 'kafka/x/1.log')).mode & 0o777).toBe(0o600);
});

test('where PostgreSQL runs as another user, that user reaches its data', () => {
  closeHome(true);
  expect([folder, paths.data].map((place) => statSync(place).mode & 0o777)).toEqual([0o711, 0o711]);
  closeHome(false);
  expect([folder, paths.data].map((place) => statSync(place).mode & 0o777)).toEqual([0o700, 0o700]);
});
