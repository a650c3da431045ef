/** Tokens that nobody was given: signed with the right or with another key, valid or expired. */
import { generateKeyPairSync } from 'node:crypto';
import { signJwt, unsignedJwt } from '@halftone/local';
import { checkoutKey } from '@halftone/proof/harness/sandbox/realtime/access-token.ts';

const claims = (lifeSeconds: number) => {
  const now = Math.floor(Date.now() / 1000);
  const who = { sub: 'alice', role: 'customer', typ: 'access', iss: 'halftone', aud: 'halftone' };
  return { ...who, iat: now - 3600, exp: now + lifeSeconds };
};

/** Signed by the system for something else than its services. */
export const foreignToken = (aud: string | undefined): string => signJwt({ ...claims(600), aud }, checkoutKey());

export const expiredToken = (): string => signJwt(claims(-60), checkoutKey());

export const forgedToken = (): string => signJwt(claims(600), generateKeyPairSync('ed25519').privateKey);

export const unsignedToken = (): string => unsignedJwt(claims(600));
