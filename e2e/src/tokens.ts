/** Tokens that nobody was given: signed with the right or with another key, valid or expired. */
import { createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { loadSecrets } from '@halftone/tools/engines/secrets.ts';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(claims: object, key: KeyObject, algorithm = 'EdDSA'): string {
  const signed = `${encode({ alg: algorithm, typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

const claims = (lifeSeconds: number) => {
  const now = Math.floor(Date.now() / 1000);
  const who = { sub: 'alice', role: 'customer', typ: 'access', iss: 'halftone', aud: 'halftone' };
  return { ...who, iat: now - 3600, exp: now + lifeSeconds };
};

const systemKey = (): KeyObject =>
  createPrivateKey({ key: Buffer.from(loadSecrets().jwt.privateKey, 'base64'), format: 'der', type: 'pkcs8' });

/** Signed by the system for something else than its services. */
export const foreignToken = (aud: string | undefined): string => token({ ...claims(600), aud }, systemKey());

export const expiredToken = (): string => token(claims(-60), systemKey());

export const forgedToken = (): string => token(claims(600), generateKeyPairSync('ed25519').privateKey);

export const unsignedToken = (): string => `${encode({ alg: 'none' })}.${encode(claims(600))}.`;
