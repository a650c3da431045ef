import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { sealCursorsWith } from './cursor';

/** Bytes kept of the MAC: nobody hits one by asking. */
const length = 12;

/** HMAC-SHA-256 with REALTIME_CURSOR_KEY. Replicas with the same key believe each other's cursors. */
export function signCursorsWith(secret: string): void {
  const key = createSecretKey(secret, 'utf8');
  const of = (text: string) => createHmac('sha256', key).update(text).digest().subarray(0, length);
  sealCursorsWith({ length, of, fits: (text, sealed) => timingSafeEqual(of(text), sealed) });
}
