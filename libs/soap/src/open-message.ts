import type { KeyObject, X509Certificate } from 'node:crypto';
import { decrypt, isEncrypted } from './encryption';
import { contentOf, type Envelope, readEnvelope } from './envelope';
import { assertFresh, type Lifetime, lifetimeOf, skewMs } from './freshness';
import { guard } from './guard';
import { ds, envelopeOf, type SoapVersion, wsse, wsse11, wsu, xenc } from './names';
import { idOf, type VerifiedParts, verifySignature } from './signature';
import { SoapFault } from './soap-fault';
import { verifyUsername } from './username-token';
import { childrenOf, type Element, fill, is, parse } from './xml';

/** The trusted certificates and users, and the key for decryption. */
export interface Trust {
  certificates: readonly X509Certificate[];
  /** Passwords by username; none when absent. */
  users?: ReadonlyMap<string, string>;
  key?: KeyObject;
}

type Proof =
  { by: 'certificate'; certificate: X509Certificate; signatureValue: string } | { by: 'username'; username: string };

export interface OpenedMessage {
  version: SoapVersion;
  /** The element in the Body. Of a signed message it is parsed from the signed bytes, never from the message. */
  content: Element;
  lifetime: Lifetime;
  proof: Proof;
  encrypted: boolean;
  /** A caller that accepts each of these once, up to `until`, accepts no message twice. */
  once: readonly string[];
  until: Date;
  /** The request signatures that a reply confirms (SignatureConfirmation). */
  confirms: readonly string[];
}

/** A separate step, so that even an untrusted message is answered in its own version. Throws SoapFault. */
export const readMessage = (bytes: Uint8Array): Envelope => readEnvelope(parse(guard(bytes)));

const parts = [
  [wsu, 'Timestamp'],
  [wsse, 'UsernameToken'],
  [wsse, 'BinarySecurityToken'],
  [ds, 'Signature'],
  [xenc, 'EncryptedKey'],
  [wsse11, 'SignatureConfirmation'],
] as const;
type Part = (typeof parts)[number][1];
type Parts = Partial<Record<Part, Element>>;

const invalid = (message: string) => new SoapFault('SECURITY_INVALID', message);

/** Finds each part at most once; an unknown part is an error. */
function partsOf(security: Element): Parts {
  const found: Parts = {};
  for (const child of childrenOf(security)) {
    const [, name] = parts.find(([namespace, local]) => is(child, namespace, local)) ?? [];
    if (!name) throw invalid(`unknown element ${child.localName} in the Security header`);
    if (found[name]) throw invalid(`more than one ${name}`);
    found[name] = child;
  }
  return found;
}

/** Throws SoapFault with a code SECURITY_*. */
export function verifyMessage(envelope: Envelope, trust: Trust, now: Date): OpenedMessage {
  const { security } = envelope;
  if (!security) throw new SoapFault('SECURITY_MISSING', 'no Security header');
  const found = partsOf(security);
  if (!found.Timestamp) throw invalid('no Timestamp');
  const encrypted = decryptBody(envelope, found, trust);
  if (found.Signature) return bySignature(envelope, found, found.Signature, encrypted, trust, now);
  if (encrypted) throw invalid('an encrypted message must be signed');
  return byUsername(envelope, found, found.Timestamp, trust, now);
}

/** Puts the decrypted content into the Body. Returns whether it was encrypted. */
function decryptBody({ body }: Envelope, { EncryptedKey }: Parts, { key }: Trust): boolean {
  const content = contentOf(body);
  if (!isEncrypted(content)) {
    if (EncryptedKey) throw invalid('an EncryptedKey without EncryptedData');
    return false;
  }
  if (!EncryptedKey || !key) throw invalid('no key for the encrypted Body');
  fill(body, decrypt(content, EncryptedKey, key));
  return true;
}

function bySignature(
  { version, root, body }: Envelope,
  found: Parts,
  signature: Element,
  encrypted: boolean,
  trust: Trust,
  now: Date,
): OpenedMessage {
  const { BinarySecurityToken, Timestamp, UsernameToken, SignatureConfirmation } = found;
  if (!BinarySecurityToken) throw new SoapFault('SECURITY_TOKEN_INVALID', 'a signature without a certificate');
  const verified = verifySignature(root, signature, BinarySecurityToken, trust.certificates);
  const signedBody = signedPart(verified, body, envelopeOf(version), 'Body');
  const lifetime = lifetimeOf(signedPart(verified, Timestamp, wsu, 'Timestamp'));
  assertFresh(lifetime, now);
  const user = UsernameToken && verifyUsername(UsernameToken, trust.users ?? new Map(), now);
  const { certificate, signatureValue } = verified;
  const confirmation =
    SignatureConfirmation && signedPart(verified, SignatureConfirmation, wsse11, 'SignatureConfirmation');
  return {
    version,
    content: contentOf(signedBody),
    lifetime,
    proof: { by: 'certificate', certificate, signatureValue },
    encrypted,
    once: [`signature ${signatureValue}`, ...(user ? [`nonce ${user.nonce}`] : [])],
    until: new Date(Math.max(lifetime.expires.getTime() + skewMs, user?.until.getTime() ?? 0)),
    confirms: confirmation ? [confirmation.getAttribute('Value') ?? ''] : [],
  };
}

/** The signed content under this element's id: ids are unique, so it is this element. */
function signedPart({ parts }: VerifiedParts, element: Element | undefined, namespace: string, name: string): Element {
  const part = parts.get((element && idOf(element)) ?? '');
  if (!part || !is(part, namespace, name)) throw invalid(`the ${name} is not signed`);
  return part;
}

/** Proves who sent the message, not its content; for that it must be signed. */
function byUsername(
  { version, body }: Envelope,
  { UsernameToken, BinarySecurityToken, SignatureConfirmation }: Parts,
  timestamp: Element,
  trust: Trust,
  now: Date,
): OpenedMessage {
  if (!UsernameToken) throw new SoapFault('SECURITY_MISSING', 'neither a signature nor a UsernameToken');
  if (BinarySecurityToken || SignatureConfirmation) throw invalid('a certificate without a signature');
  const lifetime = lifetimeOf(timestamp);
  assertFresh(lifetime, now);
  const { username, nonce, until } = verifyUsername(UsernameToken, trust.users ?? new Map(), now);
  return {
    version,
    content: contentOf(body),
    lifetime,
    proof: { by: 'username', username },
    encrypted: false,
    once: [`nonce ${nonce}`],
    until: new Date(Math.max(until.getTime(), lifetime.expires.getTime() + skewMs)),
    confirms: [],
  };
}
