import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSecrets } from '../engines/secrets.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'halftone-from-source-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function fromSource(...args: string[]) {
  const program = join(import.meta.dirname, 'from-source.ts');
  const env = { ...process.env, HALFTONE_HOME: home };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('a service that is not there is refused', () => {
  expect(fromSource('bogus')).toMatchObject({ status: 64, stderr: expect.stringContaining('no service bogus') });
});

test('without engines it says how to start them', () => {
  expect(fromSource('orders')).toMatchObject({
    status: 69,
    stderr: expect.stringContaining('./halftone engines --detach'),
  });
});

test('the sources run with the settings of the engines, beside a shop and its services', async () => {
  const images = {
    name: 'images',
    replica: 1,
    pid: 1,
    born: '',
    http: 'http://127.0.0.1:1234',
    grpc: '127.0.0.1:1235',
  };
  const engines = {
    postgres: { url: 'postgres://postgres@127.0.0.1:1/halftone' },
    kafka: { brokers: '127.0.0.1:2' },
    redis: { url: 'redis://127.0.0.1:3' },
  };
  writeFileSync(join(home, 'run.json'), JSON.stringify({ engines, services: [images] }));
  writeFileSync(join(home, 'secrets.json'), JSON.stringify(await generateSecrets()));
  const { status, stdout } = fromSource('orders', '--print-config', '--json');
  expect(status).toBe(0);
  expect(stdout).toContain('127.0.0.1:2');
  expect(stdout).toContain('127.0.0.1:1235');
});
