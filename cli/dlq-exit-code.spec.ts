import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'halftone-dlq-'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

test.each([
  ['nothing runs', '', ['list'], 69, 'nothing runs here: start it with npm start, or set KAFKA_BROKERS'],
  ['Kafka does not answer', '127.0.0.1:1', ['list'], 69, 'Kafka at 127.0.0.1:1 does not answer'],
  ['it is called wrongly', '', ['resend'], 64, "unknown command 'resend'"],
])('where %s, the exit code says so', (_, brokers, args, code, why) => {
  const env = { ...process.env, HALFTONE_HOME: home, KAFKA_BROKERS: brokers };
  const { status, stderr } = spawnSync(process.execPath, [join(__dirname, 'main.ts'), 'dlq', ...args], {
    env,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: code, stderr: expect.stringContaining(why) });
});
