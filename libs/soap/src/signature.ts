import type { KeyObject, X509Certificate } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { ds, exclusiveC14n, rsaSha256, sha256, wsse, wsu, x509v3 } from './names';
import { SoapFault } from './soap-fault';
import { childrenOf, type Element, elementsOf, is, parse, serialize, textOf } from './xml';

/**
 * XML Signature as WS-Security uses it: exclusive C14N, SHA-256, RSA, a certificate in a BinarySecurityToken. The
 * whole structure is checked before anything is computed, so no algorithm, transform, key or location chosen by the
 * sender is ever followed.
 */
const maxReferences = 8;
const idAttributes = ['id', 'ID', 'Id'];

const unsupported = () =>
  new SoapFault('SECURITY_ALGORITHM_UNSUPPORTED', 'only exclusive C14N, SHA-256 and RSA are accepted');
const invalid = (message: string) => new SoapFault('SECURITY_INVALID', message);
const failed = (cause?: unknown) => new SoapFault('SECURITY_CHECK_FAILED', 'the signature is not valid', { cause });

export const idOf = (element: Element): string | undefined => element.getAttributeNS(wsu, 'Id') || undefined;

/**
 * Any attribute that a reader may take for an id must be unique, or readers would disagree about the signed element.
 */
function assertUniqueIds(root: Element): void {
  const seen = new Set<string>();
  for (const element of elementsOf(root))
    for (const { localName, value } of Array.from(element.attributes)) {
      if (!idAttributes.includes(localName ?? '')) continue;
      if (seen.has(value)) throw invalid('duplicate id');
      seen.add(value);
    }
}

/** The one child with this name. */
function only(parent: Element, namespace: string, name: string): Element {
  const [element, ...others] = childrenOf(parent).filter((child) => is(child, namespace, name));
  if (!element || others.length > 0) throw invalid(`${parent.localName} must contain exactly one ${name}`);
  return element;
}

const algorithmOf = (element: Element) => element.getAttribute('Algorithm') ?? '';

/** Returns the referenced ids, in order. */
function idsIn(signedInfo: Element): string[] {
  const [canonicalization, method, ...references] = childrenOf(signedInfo);
  if (
    !canonicalization ||
    !is(canonicalization, ds, 'CanonicalizationMethod') ||
    !method ||
    !is(method, ds, 'SignatureMethod')
  )
    throw invalid('a SignedInfo must begin with its methods');
  if (
    algorithmOf(canonicalization) !== exclusiveC14n ||
    algorithmOf(method) !== rsaSha256 ||
    childrenOf(method).length > 0
  )
    throw unsupported();
  if (references.length === 0 || references.length > maxReferences) throw invalid('too few or too many references');
  return references.map(idReferredTo);
}

function idReferredTo(reference: Element): string {
  if (!is(reference, ds, 'Reference')) throw invalid('a SignedInfo must end with references');
  const [id] = /(?<=^#)[\w.-]+$/.exec(reference.getAttribute('URI') ?? '') ?? [];
  if (!id) throw invalid('a reference must be # and an id of this message');
  const transforms = childrenOf(only(reference, ds, 'Transforms'));
  if (
    transforms.length !== 1 ||
    transforms.some((one) => !is(one, ds, 'Transform') || algorithmOf(one) !== exclusiveC14n)
  )
    throw unsupported();
  if (algorithmOf(only(reference, ds, 'DigestMethod')) !== sha256) throw unsupported();
  textOf(only(reference, ds, 'DigestValue'));
  return id;
}

interface SignatureParts {
  signedInfo: Element;
  value: Element;
  keyInfo: Element;
}

/**
 * These three elements in this order (XML Signature §4.2). xml-crypto takes the first element of a name anywhere, so
 * there must be no other.
 */
function partsOf(signature: Element): SignatureParts {
  const [signedInfo, value, keyInfo, ...others] = childrenOf(signature);
  if (
    !signedInfo ||
    !value ||
    !keyInfo ||
    others.length > 0 ||
    !is(signedInfo, ds, 'SignedInfo') ||
    !is(value, ds, 'SignatureValue') ||
    !is(keyInfo, ds, 'KeyInfo')
  )
    throw invalid('a signature must consist of SignedInfo, SignatureValue and KeyInfo');
  return { signedInfo, value, keyInfo };
}

/**
 * Canonical base64, without whitespace: replay protection stores this text, and a second spelling could be used
 * twice.
 */
function valueIn(element: Element): string {
  const value = textOf(element).replace(/[ \t\r\n]/g, '');
  if (Buffer.from(value, 'base64').toString('base64') !== value) throw invalid('a signature must be canonical base64');
  return value;
}

/** The reference to the certificate in the message; the trust list decides about the certificate. */
function tokenReferredTo(keyInfo: Element): string | null {
  const [tokenReference, ...others] = childrenOf(keyInfo);
  const [reference, ...more] = tokenReference ? childrenOf(tokenReference) : [];
  if (
    !tokenReference ||
    !reference ||
    others.length + more.length > 0 ||
    !is(tokenReference, wsse, 'SecurityTokenReference') ||
    !is(reference, wsse, 'Reference') ||
    childrenOf(reference).length > 0
  )
    throw new SoapFault('SECURITY_TOKEN_INVALID', 'a KeyInfo must refer to the BinarySecurityToken');
  return reference.getAttribute('URI');
}

/**
 * The trusted certificate that is identical to the token. Throws SECURITY_TOKEN_INVALID or
 * SECURITY_AUTHENTICATION_FAILED.
 */
function trustedCertificate(token: Element, trusted: readonly X509Certificate[]): X509Certificate {
  if (token.getAttribute('ValueType') !== x509v3)
    throw new SoapFault('SECURITY_TOKEN_INVALID', 'only an X.509 certificate is accepted');
  const given = Buffer.from(textOf(token), 'base64');
  const found = trusted.find(({ raw }) => raw.equals(given));
  if (!found) throw new SoapFault('SECURITY_AUTHENTICATION_FAILED', 'the certificate is not trusted');
  return found;
}

export interface VerifiedParts {
  certificate: X509Certificate;
  /** Canonical base64: equal signatures have equal texts. */
  signatureValue: string;
  /** The signed elements, parsed from the signed bytes, by their ids in the message. */
  parts: ReadonlyMap<string, Element>;
}

/**
 * After this only `parts` may be used, nothing of the message itself. Throws SECURITY_INVALID,
 * SECURITY_ALGORITHM_UNSUPPORTED, SECURITY_TOKEN_INVALID, SECURITY_AUTHENTICATION_FAILED or SECURITY_CHECK_FAILED.
 */
export function verifySignature(
  root: Element,
  signature: Element,
  token: Element,
  trusted: readonly X509Certificate[],
): VerifiedParts {
  assertUniqueIds(root);
  const { signedInfo, value, keyInfo } = partsOf(signature);
  const ids = idsIn(signedInfo);
  const signatureValue = valueIn(value);
  if (tokenReferredTo(keyInfo) !== `#${idOf(token)}`)
    throw new SoapFault('SECURITY_TOKEN_INVALID', 'a KeyInfo must refer to the BinarySecurityToken');
  const certificate = trustedCertificate(token, trusted);
  const signed = signedTexts(serialize(root), serialize(signature), certificate);
  if (signed.length !== ids.length) throw failed();
  return { certificate, signatureValue, parts: new Map(signed.map(parse).map((part, at) => [ids[at] ?? '', part])) };
}

function signedTexts(xml: string, signature: string, certificate: X509Certificate): string[] {
  const verifier = new SignedXml({ idMode: 'wssecurity', publicCert: certificate.toString() });
  try {
    verifier.loadSignature(signature);
    if (verifier.checkSignature(xml)) return verifier.getSignedReferences();
  } catch (cause) {
    throw failed(cause);
  }
  throw failed();
}

/** Signs the elements with these ids and puts the signature after the token. */
export function sign(
  xml: string,
  ids: readonly string[],
  tokenId: string,
  key: KeyObject,
): { xml: string; signatureValue: string } {
  const signer = new SignedXml({
    idMode: 'wssecurity',
    privateKey: key.export({ format: 'pem', type: 'pkcs8' }),
    signatureAlgorithm: rsaSha256,
    canonicalizationAlgorithm: exclusiveC14n,
    getKeyInfoContent: () =>
      `<wsse:SecurityTokenReference xmlns:wsse="${wsse}"><wsse:Reference URI="#${tokenId}" ValueType="${x509v3}"/></wsse:SecurityTokenReference>`,
  });
  const byId = (id: string) => `//*[@*[local-name()='Id' and namespace-uri()='${wsu}']='${id}']`;
  for (const id of ids) signer.addReference({ xpath: byId(id), transforms: [exclusiveC14n], digestAlgorithm: sha256 });
  signer.computeSignature(xml, { prefix: 'ds', location: { reference: byId(tokenId), action: 'after' } });
  const value = /<ds:SignatureValue>([^<]*)</.exec(signer.getSignatureXml())?.[1] ?? '';
  return { xml: signer.getSignedXml(), signatureValue: value };
}
