import {
  constants,
  createCipheriv,
  createDecipheriv,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  type X509Certificate,
} from 'node:crypto';
import { guard } from './guard';
import { aes128Gcm, aes256Gcm, ds, encryptedContent, rsaOaep, sha1, xenc, xmlns } from './names';
import { SoapFault } from './soap-fault';
import { childrenOf, type Element, escapeXml, is, parse, textOf, upwards } from './xml';

/**
 * XML Encryption 1.1 of a Body's content: AES-GCM under a key of the message's own, which goes along by RSA-OAEP (MGF1 and SHA-1, the only
 * OAEP that every toolkit knows). What can be opened by trying, CBC and RSA PKCS #1 v1.5, is not taken, and every failure looks the same.
 */
const ciphers = new Map<string, 'aes-128-gcm' | 'aes-256-gcm'>([
  [aes128Gcm, 'aes-128-gcm'],
  [aes256Gcm, 'aes-256-gcm'],
]);
const ivBytes = 12;
const tagBytes = 16;

const unsupported = () => new SoapFault('SECURITY_ALGORITHM_UNSUPPORTED', 'AES-GCM and RSA-OAEP are taken');
const invalid = (message: string) => new SoapFault('SECURITY_INVALID', message);
const failed = (cause?: unknown) => new SoapFault('SECURITY_CHECK_FAILED', 'the Body cannot be decrypted', { cause });

export const isEncrypted = (content: Element): boolean => is(content, xenc, 'EncryptedData');

export interface Encrypted {
  /** Goes into the Security header. */
  wrappedKey: string;
  /** Goes into the Body. */
  data: string;
}

export function encrypt(content: string, receiver: X509Certificate, id: string): Encrypted {
  const key = randomBytes(32);
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const bytes = Buffer.concat([iv, cipher.update(content, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const wrapped = publicEncrypt({ key: receiver.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, key);
  return {
    wrappedKey:
      `<xenc:EncryptedKey xmlns:xenc="${xenc}"><xenc:EncryptionMethod Algorithm="${rsaOaep}"><ds:DigestMethod xmlns:ds="${ds}" Algorithm="${sha1}"/></xenc:EncryptionMethod>` +
      `${cipherData(wrapped)}<xenc:ReferenceList><xenc:DataReference URI="#${id}"/></xenc:ReferenceList></xenc:EncryptedKey>`,
    data:
      `<xenc:EncryptedData xmlns:xenc="${xenc}" Id="${id}" Type="${encryptedContent}"><xenc:EncryptionMethod Algorithm="${aes256Gcm}"/>` +
      `${cipherData(bytes)}</xenc:EncryptedData>`,
  };
}

const cipherData = (bytes: Buffer) =>
  `<xenc:CipherData><xenc:CipherValue>${bytes.toString('base64')}</xenc:CipherValue></xenc:CipherData>`;

/** An element around what was encrypted. Throws SECURITY_INVALID, SECURITY_ALGORITHM_UNSUPPORTED or SECURITY_CHECK_FAILED. */
export function decrypt(data: Element, wrappedKey: Element, key: KeyObject): Element {
  const { method, bytes, referred } = partsOf(data);
  const wrapped = partsOf(wrappedKey);
  if (wrapped.method !== rsaOaep || wrapped.digest !== sha1) throw unsupported();
  const cipher = ciphers.get(method);
  if (!cipher) throw unsupported();
  if (data.getAttribute('Type') !== encryptedContent || referred.length > 0)
    throw invalid('the content of a Body is encrypted');
  if (wrapped.referred.length !== 1 || wrapped.referred[0] !== `#${data.getAttribute('Id')}`)
    throw invalid('a key says what it opens');
  try {
    const secret = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, wrapped.bytes);
    const decipher = createDecipheriv(cipher, secret, bytes.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    const plain = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
    return within(data, plain);
  } catch (cause) {
    throw failed(cause);
  }
}

interface Parts {
  method: string;
  digest: string;
  bytes: Buffer;
  referred: (string | null)[];
}

function partsOf(element: Element): Parts {
  const of = (parent: Element, name: string) => childrenOf(parent).filter((child) => is(child, xenc, name));
  const [method, ...otherMethods] = of(element, 'EncryptionMethod');
  const [data, ...otherData] = of(element, 'CipherData');
  const [value, ...otherValues] = data ? childrenOf(data) : [];
  if (
    !method ||
    !value ||
    otherMethods.length + otherData.length + otherValues.length > 0 ||
    !is(value, xenc, 'CipherValue')
  )
    throw invalid(`an ${element.localName} has a method and a value of its own`);
  const digest = childrenOf(method).find((child) => is(child, ds, 'DigestMethod'));
  return {
    method: method.getAttribute('Algorithm') ?? '',
    digest: digest?.getAttribute('Algorithm') ?? sha1,
    bytes: Buffer.from(textOf(value), 'base64'),
    referred: of(element, 'ReferenceList')
      .flatMap(childrenOf)
      .map((reference) => reference.getAttribute('URI')),
  };
}

/** Reads the text as if it stood where it was taken from: prefixes mean what they mean there. It passes the guard like any message. */
function within(place: Element, plain: Buffer): Element {
  const prefixes = new Map<string, string>();
  for (const element of upwards(place))
    for (const { name, value, namespaceURI } of Array.from(element.attributes))
      if (namespaceURI === xmlns && !prefixes.has(name)) prefixes.set(name, value);
  const declarations = Array.from(prefixes, ([name, value]) => ` ${name}="${escapeXml(value)}"`).join('');
  const [before, after] = [Buffer.from(`<content${declarations}>`), Buffer.from('</content>')];
  return parse(guard(Buffer.concat([before, plain, after])));
}
