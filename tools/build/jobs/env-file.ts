/** The env file of docker/compose.yaml. Pure. */
import type { Secrets } from '../../engines/secrets.ts';
import { databaseServices, envNameOf } from '../../shop/topology.ts';

/** One line per setting. Values are base64 or base64url, so none needs quotes. */
export const envFile = (
  { superuserPassword, rolePasswords, redisPassword, jwt, cursorKey, bank }: Secrets,
  seedPassword: string,
): string =>
  [
    `POSTGRES_PASSWORD=${superuserPassword}`,
    ...databaseServices.map((service) => `${envNameOf(service)}_ROLE_PASSWORD=${rolePasswords[service]}`),
    `REDIS_PASSWORD=${redisPassword}`,
    `JWT_PUBLIC_KEY=${jwt.publicKey}`,
    `JWT_PRIVATE_KEY=${jwt.privateKey}`,
    `REALTIME_CURSOR_KEY=${cursorKey}`,
    `BANK_CERT=${bank.server.certificate}`,
    `BANK_KEY=${bank.server.key}`,
    `BANK_CLIENT_CERT=${bank.client.certificate}`,
    `BANK_CLIENT_KEY=${bank.client.key}`,
    `BANK_PASSWORD=${bank.password}`,
    `SEED_PASSWORD=${seedPassword}`,
    '',
  ].join('\n');
