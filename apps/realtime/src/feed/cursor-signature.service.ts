import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { setCursorSigner } from './cursor';

/** Bytes of the MAC: too many to guess. */
const length = 12;

/** Signs cursors by HMAC-SHA-256 with REALTIME_CURSOR_KEY. Replicas with the same key accept each other's cursors. */
export function signCursorsWith(secret: string): void {
  const key = createSecretKey(secret, 'utf8');
  const sign = (text: string) => createHmac('sha256', key).update(text).digest().subarray(0, length);
  setCursorSigner({ length, sign, matches: (text, signature) => timingSafeEqual(sign(text), signature) });
}
