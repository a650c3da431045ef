import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

type Scrypt = (password: string, salt: Buffer, bytes: number, options: ScryptOptions) => Promise<Buffer>;

/** Runs on the thread pool, because tens of milliseconds of work must not block other calls. */
const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt) satisfies Scrypt;

/** RFC 7914; N = 2^14 and r = 8 use 16 MiB; Node's limit is 32. */
const cost = { N: 16_384, r: 8, p: 1 };
const BYTES = 32;

/** `scrypt$N$r$p$salt$hash`: the cost can be raised without changing stored hashes. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, BYTES, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$');
}

/** Takes as long for a wrong password as for the right one. */
export async function passwordMatches(password: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = stored.split('$');
  const expected = Buffer.from(hash, 'base64');
  const found = await derive(password, Buffer.from(salt, 'base64'), expected.length, {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return timingSafeEqual(found, expected);
}
