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
import { childrenOf, type Element, escapeXml, is, parse, textOf, ancestorsOf } from './xml';

/**
 * XML Encryption 1.1 of a Body's content: AES-GCM with a new key per message, which is transported by RSA-OAEP (MGF1
 * and SHA-1, the only OAEP that every toolkit supports). CBC and RSA PKCS #1 v1.5, which allow padding oracle
 * attacks, are not accepted, and every failure looks the same.
 */
const ciphers = new Map<string, 'aes-128-gcm' | 'aes-256-gcm'>([
  [aes128Gcm, 'aes-128-gcm'],
  [aes256Gcm, 'aes-256-gcm'],
]);
const ivBytes = 12;
const tagBytes = 16;

const unsupported = () => new SoapFault('SECURITY_ALGORITHM_UNSUPPORTED', 'only AES-GCM and RSA-OAEP are accepted');
const invalid = (message: string) => new SoapFault('SECURITY_INVALID', message);
const failed = (cause?: unknown) => new SoapFault('SECURITY_CHECK_FAILED', 'the Body cannot be decrypted', { cause });

export const isEncrypted = (content: Element): boolean => is(content, xenc, 'EncryptedData');

export interface Encrypted {
  /** For the Security header. */
  wrappedKey: string;
  /** For the Body. */
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

/**
 * Returns an element around the decrypted content. Throws SECURITY_INVALID, SECURITY_ALGORITHM_UNSUPPORTED or
 * SECURITY_CHECK_FAILED.
 */
export function decrypt(data: Element, wrappedKey: Element, key: KeyObject): Element {
  const { method, bytes, referred } = partsOf(data);
  const wrapped = partsOf(wrappedKey);
  if (wrapped.method !== rsaOaep || wrapped.digest !== sha1) throw unsupported();
  const cipher = ciphers.get(method);
  if (!cipher) throw unsupported();
  if (data.getAttribute('Type') !== encryptedContent || referred.length > 0)
    throw invalid('only the content of a Body may be encrypted');
  if (wrapped.referred.length !== 1 || wrapped.referred[0] !== `#${data.getAttribute('Id')}`)
    throw invalid('the EncryptedKey must refer to the EncryptedData');
  try {
    const secret = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, wrapped.bytes);
    const decipher = createDecipheriv(cipher, secret, bytes.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    const plain = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
    return parseIn(data, plain);
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
    throw invalid(`${element.localName} must have one method and one value`);
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

/**
 * Parses the decrypted text in the context of the encrypted element, with its namespace prefixes. It passes the guard
 * like any message.
 */
function parseIn(context: Element, plain: Buffer): Element {
  const prefixes = new Map<string, string>();
  for (const element of ancestorsOf(context))
    for (const { name, value, namespaceURI } of Array.from(element.attributes))
      if (namespaceURI === xmlns && !prefixes.has(name)) prefixes.set(name, value);
  const declarations = Array.from(prefixes, ([name, value]) => ` ${name}="${escapeXml(value)}"`).join('');
  const [before, after] = [Buffer.from(`<content${declarations}>`), Buffer.from('</content>')];
  return parse(guard(Buffer.concat([before, plain, after])));
}
