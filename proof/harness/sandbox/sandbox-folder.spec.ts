import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let home: string;
let folder: string;
const sandboxFolder = join(__dirname, 'sandbox-folder.ts');

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'halftone-sandbox-'));
  folder = join(home, 'sandbox-x');
  mkdirSync(join(folder, 'logs'), { recursive: true });
  writeFileSync(join(folder, 'logs', 'orders-1.log'), 'a line');
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A command that used the folder and ends like this. */
function ended(how: string): string {
  const args = JSON.stringify([folder, `${folder}.lock`]).slice(1, -1);
  const program = `const { removeAtEnd } = await import(${JSON.stringify(sandboxFolder)}); removeAtEnd(${args}); ${how}`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }).stderr;
}

test.each([
  ['held', ''],
  ['held and said so', 'process.exit(0)'],
  ['was interrupted', 'process.exit(130)'],
])('a command that %s leaves nothing behind', (_, how) => {
  expect(ended(how)).toBe('');
  expect(existsSync(folder)).toBe(false);
  expect(existsSync(`${folder}.lock`)).toBe(false);
});

test.each([
  ['failed', 'process.exit(1)'],
  ['failed later', 'process.exitCode = 2'],
  ['crashed', 'throw new Error("a bug")'],
])('a command that %s leaves its logs and data, and says where', (_, how) => {
  expect(ended(how)).toContain(`kept in ${folder}`);
  expect(existsSync(join(folder, 'logs', 'orders-1.log'))).toBe(true);
});

test('a folder that another command has taken over is left alone', () => {
  const holds = `const { tryLock } = await import(${JSON.stringify(join(__dirname, '../../../tools/os/pid-lock.ts'))});`;
  expect(ended(`${holds} tryLock(${JSON.stringify(`${folder}.lock`)}); process.exit(0)`)).toBe('');
  expect(existsSync(folder)).toBe(true);
});
