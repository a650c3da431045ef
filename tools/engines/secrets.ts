/** Passwords, the token key pair, the key of cursors and the bank's certificates of this checkout: generated once, readable by their owner only. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { selfSigned, type KeyAndCertificate } from '@halftone/local';
import { paths, readJson, writeJson } from '../os/home.ts';
import { databaseServices, type DatabaseService } from '../shop/topology.ts';

export interface Secrets {
  superuserPassword: string;
  rolePasswords: Record<DatabaseService, string>;
  redisPassword: string;
  /** Ed25519, DER in base64: SPKI and PKCS8. */
  jwt: { publicKey: string; privateKey: string };
  /** The key with which realtime signs cursors. */
  cursorKey: string;
  /** DER in base64: the certificates of the bank and payments, and the password of callers without a certificate. */
  bank: { server: KeyAndCertificate; client: KeyAndCertificate; password: string };
}

/** Those that `prepareSecrets` made. */
export function loadSecrets(): Secrets {
  const known = readJson<Secrets>(paths.secrets);
  if (!known?.bank || !known.cursorKey || !known.redisPassword)
    throw new Error('the secrets of this checkout are not there yet: start the engines first');
  return known;
}

/** Creates missing secrets; existing ones stay, because the data was created with them. */
export async function prepareSecrets(): Promise<void> {
  const known = readJson<Partial<Secrets>>(paths.secrets) ?? {};
  const whole = known.bank && known.cursorKey && known.redisPassword;
  const complete = whole && databaseServices.every((service) => known.rolePasswords?.[service]);
  if (complete) return;
  const made = await generateSecrets();
  writeJson(
    paths.secrets,
    { ...made, ...known, rolePasswords: { ...made.rolePasswords, ...known.rolePasswords } },
    0o600,
  );
}

export async function generateSecrets(): Promise<Secrets> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const passwords = databaseServices.map((service) => [service, password()]);
  return {
    superuserPassword: password(),
    rolePasswords: Object.fromEntries(passwords) as Secrets['rolePasswords'],
    redisPassword: password(),
    jwt: {
      publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
      privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    },
    cursorKey: password(),
    bank: {
      server: await bankCertificate('halftone-bank'),
      client: await bankCertificate('halftone-payments'),
      password: password(),
    },
  };
}

/** DER in base64, which is what PEM has between its first and last line. It is valid for a hundred years. */
async function bankCertificate(name: string): Promise<KeyAndCertificate> {
  const { key, certificate } = await selfSigned(name, 36_500);
  const der = (pem: string) => pem.replaceAll(/-----[^-]+-----|\s/g, '');
  return { key: der(key), certificate: der(certificate) };
}

export const password = (): string => randomBytes(18).toString('base64url');
