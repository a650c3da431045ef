import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freePort } from '@halftone/testing';
import { turnCredentials } from '../features/rtc/ice-servers.service';

jest.setTimeout(120_000);

const secret = 'a secret of both';
const folder = mkdtempSync(join(tmpdir(), 'halftone-turn-'));
let port: number;
let coturn: ChildProcess;

/** The output of coturn's client, which sends data to itself over the relay. */
function relay({ username, credential }: { username: string; credential: string }): Promise<string> {
  const asked = ['-u', username, '-w', credential, '-p', String(port), '-L', '127.0.0.1'];
  const args = [...asked, '-n', '1', '-c', '-y', '127.0.0.1'];
  return new Promise((resolve) =>
    execFile('turnutils_uclient', args, { timeout: 60_000 }, (_error, out, complaints) => resolve(out + complaints)),
  );
}

beforeAll(async () => {
  port = await freePort();
  const authentication = ['--use-auth-secret', '--static-auth-secret', secret, '--realm', 'halftone'];
  const place = ['-L', '127.0.0.1', '-p', String(port), '--allow-loopback-peers', '--no-tls', '--no-dtls'];
  const rest = ['-n', '--no-cli', '--pidfile', join(folder, 'pid'), '--log-file', join(folder, 'log')];
  coturn = spawn('turnserver', [...authentication, ...place, ...rest], { stdio: 'ignore', cwd: folder });
  // Rejects immediately when coturn is not installed; `npm run prove -- --only foreign` installs it.
  await once(coturn, 'spawn');
  await eventually(async () => {
    const fresh = turnCredentials('nobody', { secret, seconds: 60 }, Date.now());
    expect(await relay(fresh)).toContain('Total lost packets 0');
  }, 60_000);
});
afterAll(() => {
  coturn.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

test('coturn relays with our credentials', async () => {
  const credentials = turnCredentials('alice', { secret, seconds: 600 }, Date.now());
  expect(await relay(credentials)).toContain('Total lost packets 0');
});

test.each([
  ['signed with another secret', turnCredentials('alice', { secret: 'of somebody else', seconds: 600 }, Date.now())],
  ['that have ended', turnCredentials('alice', { secret, seconds: 60 }, Date.now() - 120_000)],
  [
    'whose end was put off',
    { ...turnCredentials('alice', { secret, seconds: 60 }, Date.now() - 120_000), username: '4102444800:alice' },
  ],
])('coturn does not relay for credentials %s', async (_, credentials) => {
  expect(await relay(credentials)).toContain('Cannot complete Allocation');
});
