import type { KeyObject, X509Certificate } from 'node:crypto';
import { decrypt, isEncrypted } from './encryption';
import { contentOf, type Envelope, readEnvelope } from './envelope';
import { insistOnFresh, type Lifetime, lifetimeOf, skewMs } from './freshness';
import { guard } from './guard';
import { ds, envelopeOf, type SoapVersion, wsse, wsse11, wsu, xenc } from './names';
import { idOf, type VerifiedParts, verifySignature } from './signature';
import { SoapFault } from './soap-fault';
import { verifyUsername } from './username-token';
import { childrenOf, type Element, fill, is, parse } from './xml';

/** Who is believed, and by whom what is encrypted can be read. */
export interface Trust {
  certificates: readonly X509Certificate[];
  /** Passwords by username; nobody when absent. */
  users?: ReadonlyMap<string, string>;
  key?: KeyObject;
}

export type Proof =
  { by: 'certificate'; certificate: X509Certificate; signatureValue: string } | { by: 'username'; username: string };

export interface OpenedMessage {
  version: SoapVersion;
  /** The element in the Body: of a signed message read from what was signed, never from what was sent. */
  content: Element;
  lifetime: Lifetime;
  proof: Proof;
  encrypted: boolean;
  /** Whoever takes each of these once, up to `until`, takes no message twice. */
  once: readonly string[];
  until: Date;
  /** The signatures that a reply says it answers (SignatureConfirmation). */
  confirms: readonly string[];
}

/** Step by step, so that even a message that is not believed is answered in its own version. Throws SoapFault. */
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

/** Each at most once, and nothing that we would have to pass over. */
function partsOf(security: Element): Parts {
  const found: Parts = {};
  for (const child of childrenOf(security)) {
    const [, name] = parts.find(([namespace, local]) => is(child, namespace, local)) ?? [];
    if (!name) throw invalid(`a Security header has no ${child.localName}`);
    if (found[name]) throw invalid(`more than one ${name}`);
    found[name] = child;
  }
  return found;
}

/** Throws SoapFault with a code of SECURITY_*. */
export function verifyMessage(envelope: Envelope, trust: Trust, now: Date): OpenedMessage {
  const { security } = envelope;
  if (!security) throw new SoapFault('SECURITY_MISSING', 'no Security header');
  const found = partsOf(security);
  if (!found.Timestamp) throw invalid('no Timestamp');
  const encrypted = reveal(envelope, found, trust);
  if (found.Signature) return bySignature(envelope, found, found.Signature, encrypted, trust, now);
  if (encrypted) throw invalid('an encrypted message is signed');
  return byUsername(envelope, found, found.Timestamp, trust, now);
}

/** Puts the plain content into the Body. Answers whether it was encrypted. */
function reveal({ body }: Envelope, { EncryptedKey }: Parts, { key }: Trust): boolean {
  const content = contentOf(body);
  if (!isEncrypted(content)) {
    if (EncryptedKey) throw invalid('a key that opens nothing');
    return false;
  }
  if (!EncryptedKey || !key) throw invalid('no key opens the Body');
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
  insistOnFresh(lifetime, now);
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

/** What was signed under the id that this element has: ids are unique, so it is this element. */
function signedPart({ parts }: VerifiedParts, element: Element | undefined, namespace: string, name: string): Element {
  const part = parts.get((element && idOf(element)) ?? '');
  if (!part || !is(part, namespace, name)) throw invalid(`the ${name} is not signed`);
  return part;
}

/** Proves who sent it, not what was sent: whoever wants that signs. */
function byUsername(
  { version, body }: Envelope,
  { UsernameToken, BinarySecurityToken, SignatureConfirmation }: Parts,
  timestamp: Element,
  trust: Trust,
  now: Date,
): OpenedMessage {
  if (!UsernameToken) throw new SoapFault('SECURITY_MISSING', 'nothing proves who sent this');
  if (BinarySecurityToken || SignatureConfirmation) throw invalid('a certificate without a signature');
  const lifetime = lifetimeOf(timestamp);
  insistOnFresh(lifetime, now);
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
