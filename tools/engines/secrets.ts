/** Passwords and the token key pair of this checkout: generated once, readable by their owner only. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { paths, readJson, writeJson } from './home.ts';

export const databaseServices = ['orders', 'payments', 'images', 'notifications'] as const;
export type DatabaseService = (typeof databaseServices)[number];

export interface Secrets {
  superuserPassword: string;
  rolePasswords: Record<DatabaseService, string>;
  /** Ed25519, DER in base64: SPKI and PKCS8. */
  jwt: { publicKey: string; privateKey: string };
}

export function loadSecrets(): Secrets {
  const known = readJson<Secrets>(paths.secrets);
  if (known) return known;
  const secrets = generateSecrets();
  writeJson(paths.secrets, secrets, 0o600);
  return secrets;
}

export function generateSecrets(): Secrets {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    superuserPassword: password(),
    rolePasswords: { orders: password(), payments: password(), images: password(), notifications: password() },
    jwt: {
      publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
      privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    },
  };
}

const password = () => randomBytes(18).toString('base64url');
