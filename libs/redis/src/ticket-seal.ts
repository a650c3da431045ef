import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * Hashes of a ticket, for storage that others may read. A ticket has 192 random bits, so a plain hash can be neither
 * guessed nor reversed. The name and the key use different hashes.
 */
const hashOf = (use: string, ticket: string): Buffer => createHash('sha256').update(`${use}:${ticket}`).digest();

export const nameOf = (ticket: string): string => hashOf('name', ticket).toString('base64url');

const algorithm = 'aes-256-gcm';
const [ivBytes, tagBytes] = [12, 16];

/** Encrypts the token so that only the ticket can decrypt it. */
export function seal(token: string, ticket: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, hashOf('key', ticket), iv);
  const text = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
}

/** Undefined for a text that was not sealed with this ticket. */
export function unseal(sealed: string, ticket: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < ivBytes + tagBytes) return undefined;
  const decipher = createDecipheriv(algorithm, hashOf('key', ticket), bytes.subarray(0, ivBytes));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  const text = decipher.update(bytes.subarray(ivBytes + tagBytes));
  try {
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    // The authentication tag does not match: another ticket sealed it, or it was changed.
    return undefined;
  }
}
