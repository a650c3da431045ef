import { createHash, timingSafeEqual } from 'node:crypto';
import { assertRecent, instantOf, longestMs, skewMs } from './freshness';
import { base64Binary, passwordDigest, wsse, wsu } from './names';
import { SoapFault } from './soap-fault';
import { childrenOf, type Element, is, textOf } from './xml';

/**
 * UsernameToken Profile 1.1.1, §3.1: digest = base64(SHA-1(nonce + created + password)). The caller must accept each
 * nonce only once.
 */
interface UsernameProof {
  username: string;
  /** The nonce of the token, as canonical base64. */
  nonce: string;
  /** How long the nonce must be kept. */
  until: Date;
}

const shortestNonce = 8;
const longestNonce = 64;
const form = [
  [wsse, 'Username'],
  [wsse, 'Password'],
  [wsse, 'Nonce'],
  [wsu, 'Created'],
] as const;

/**
 * Throws SECURITY_TOKEN_INVALID, SECURITY_EXPIRED, or SECURITY_AUTHENTICATION_FAILED with the same message for every
 * cause.
 */
export function verifyUsername(token: Element, users: ReadonlyMap<string, string>, now: Date): UsernameProof {
  const parts = childrenOf(token);
  if (
    parts.length !== form.length ||
    !form.every(([namespace, name]) => parts.some((part) => is(part, namespace, name)))
  )
    throw invalid('a UsernameToken must consist of Username, Password, Nonce and Created');
  const of = (name: string) => parts.find(({ localName }) => localName === name) as Element;
  if (of('Password').getAttribute('Type') !== passwordDigest) throw invalid('only a password digest is accepted');
  if ((of('Nonce').getAttribute('EncodingType') ?? base64Binary) !== base64Binary)
    throw invalid('a nonce must be base64');
  const [username, nonce, created] = [textOf(of('Username')), textOf(of('Nonce')), textOf(of('Created'))];
  const bytes = Buffer.from(nonce, 'base64');
  if (bytes.length < shortestNonce || bytes.length > longestNonce) throw invalid('a nonce has an invalid length');
  const time = instantOf(created);
  assertRecent(time, now);
  const password = users.get(username);
  const expected = createHash('sha1')
    .update(bytes)
    .update(created)
    .update(password ?? '')
    .digest();
  const given = Buffer.from(textOf(of('Password')), 'base64');
  const same = given.length === expected.length && timingSafeEqual(given, expected);
  if (!same || password === undefined)
    throw new SoapFault('SECURITY_AUTHENTICATION_FAILED', 'the token does not prove who sent it');
  return { username, nonce: bytes.toString('base64'), until: new Date(time.getTime() + longestMs + 2 * skewMs) };
}

const invalid = (message: string) => new SoapFault('SECURITY_TOKEN_INVALID', message);
