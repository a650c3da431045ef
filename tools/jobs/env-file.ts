/** What docker/compose.yaml is told. Pure. */
import { databaseServices, type Secrets } from '../engines/secrets.ts';

/** One line per setting. Values are base64 or base64url, so none needs quotes. */
export const envFile = ({ superuserPassword, rolePasswords, jwt }: Secrets): string =>
  [
    `POSTGRES_PASSWORD=${superuserPassword}`,
    ...databaseServices.map((service) => `${service.toUpperCase()}_PASSWORD=${rolePasswords[service]}`),
    `JWT_PUBLIC_KEY=${jwt.publicKey}`,
    `JWT_PRIVATE_KEY=${jwt.privateKey}`,
    '',
  ].join('\n');
