/**
 * Makes the database, roles and schemas, with settings from the environment. A cluster or compose runs it before the services.
 * Waits for a PostgreSQL that is not there yet; says why, once per reason. Exit code 0 when all is there, else 1.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { prepareSchemas } from '../../engines/database-schemas.ts';
import { databaseServices } from '../../shop/topology.ts';
import { passwordKey, refusalOf, settingsFrom, SettingsMissing, type DatabaseSettings } from './database-settings.ts';

const help = `database [--timeout SECONDS]   makes the database halftone, a role and a schema per service; safe to repeat

DATABASE_ADMIN_URL                    a PostgreSQL URL of a superuser, or of a role that may create databases and roles
${databaseServices.map(passwordKey).join('\n')}
`;

const say = (text: string) => process.stderr.write(`database: ${text}\n`);
const pauseMs = 1_000;

async function prepare({ adminUrl, passwords }: DatabaseSettings, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const said = new Set<string>();
  for (;;) {
    const refusal = await prepareSchemas(adminUrl, passwords).then(
      () => undefined,
      (error: unknown) => refusalOf(error),
    );
    if (!refusal) return;
    if (!refusal.mayPass) throw new Error(refusal.reason);
    if (Date.now() + pauseMs > deadline) throw new Error(`gave up after ${timeoutMs / 1000} s: ${refusal.reason}`);
    if (!said.has(refusal.reason)) say(`waiting: ${refusal.reason}`);
    said.add(refusal.reason);
    await sleep(pauseMs);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { timeout: { type: 'string', default: '300' }, help: { type: 'boolean' } } });
  if (values.help) return void process.stderr.write(help);
  const timeoutMs = Number(values.timeout) * 1000;
  if (!(timeoutMs > 0)) throw new SettingsMissing(`--timeout ${values.timeout}: a number of seconds is needed`);
  const begun = Date.now();
  await prepare(settingsFrom(process.env), timeoutMs);
  say(`database, roles and schemas are there (${Date.now() - begun} ms)`);
}

// Safe to interrupt: the next run creates what is missing.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof SettingsMissing ? 64 : 1;
});
