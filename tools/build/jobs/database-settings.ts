/** The settings of the job, and the failures of PostgreSQL that a retry may fix. Pure. */
import type { Secrets } from '../../engines/secrets.ts';
import { databaseServices, envNameOf } from '../../shop/topology.ts';

export interface DatabaseSettings {
  /** Of somebody who may create databases and roles. */
  adminUrl: string;
  passwords: Secrets['rolePasswords'];
}

export class SettingsMissing extends Error {}

export const passwordKey = (service: string): string => `HALFTONE_ROLE_PASSWORD_${envNameOf(service)}`;

/** Names everything that is missing, in one message. */
export function settingsFrom(env: Readonly<Record<string, string | undefined>>): DatabaseSettings {
  const keys = ['DATABASE_ADMIN_URL', ...databaseServices.map(passwordKey)];
  const missing = keys.filter((key) => !env[key]);
  if (missing.length > 0) throw new SettingsMissing(`not set: ${missing.join(', ')}`);
  const adminUrl = env['DATABASE_ADMIN_URL'] ?? '';
  if (!/^postgres(ql)?:$/.test(URL.parse(adminUrl)?.protocol ?? '')) {
    throw new SettingsMissing('DATABASE_ADMIN_URL is no URL of the form postgres://USER:PASSWORD@HOST:PORT/postgres');
  }
  const passwords = databaseServices.map((service) => [service, env[passwordKey(service)]]);
  return { adminUrl, passwords: Object.fromEntries(passwords) as Secrets['rolePasswords'] };
}

export interface Refusal {
  reason: string;
  /** Another try may succeed without anybody changing this job. */
  mayPass: boolean;
}

/**
 * Classes of SQLSTATE that pass by themselves or when somebody mends the server: connection, authorization, no such
 * database, resources, operator intervention (it starts or stops). https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const passing = /^(08|28|3D|53|57)/;

export function refusalOf(error: unknown): Refusal {
  const { code = '', message, errors } = error as { code?: string; message: string; errors?: Error[] };
  // A name with several addresses fails once per address, under an error without words.
  const reason = message || errors?.map((one) => one.message).join(', ') || code || 'PostgreSQL does not answer';
  const isSqlState = /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code);
  return { reason, mayPass: !isSqlState || passing.test(code) };
}
