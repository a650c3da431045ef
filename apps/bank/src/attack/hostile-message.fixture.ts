/**
 * Fills a template of `attacks/`: fresh times, nonces and digests, then signatures, so that the message has no defect but
 * its attack. Shares no code with the bank.
 *
 * First the texts: {{now [SECONDS]}} {{reference}} {{nonce}} {{password-digest [SECONDS]}} {{certificate}} {{stranger-certificate}}
 * {{wrapped-key}} {{listener}} {{repeat TIMES TEXT}} {{byte HEX}}. Then {{digest HASH XPATH}} over the exclusive C14N of the
 * single element there, and last {{signature ALGORITHM KEY [XPATH]}} over the exclusive C14N of its SignedInfo.
 */
import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  createSign,
  publicEncrypt,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { DOMParser, type Element } from '@xmldom/xmldom';
import { ExclusiveCanonicalization } from 'xml-crypto';
import { useNamespaces } from 'xpath';

export interface Credentials {
  username: string;
  password: string;
  /** PEM key and certificate of the client that the bank trusts. */
  key: string;
  certificate: string;
  /** PEM key and certificate that the bank does not trust. */
  strangerKey: string;
  strangerCertificate: string;
  /** PEM certificate of the bank. */
  bankCertificate: string;
  /** `host:port` that must never get a connection. */
  listener: string;
}

const select = useNamespaces({
  s: 'http://schemas.xmlsoap.org/soap/envelope/',
  e: 'http://www.w3.org/2003/05/soap-envelope',
  wsse: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  wsu: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  b: 'urn:halftone:bank:1',
});

const timeIn = (seconds: string | undefined, now: Date) =>
  new Date(now.getTime() + Number(seconds ?? 0) * 1000).toISOString();

const derOf = (pem: string) => new X509Certificate(pem).raw.toString('base64');

type Fill = (argument: string | undefined) => string;

function placeholders(credentials: Credentials, now: Date): Record<string, Fill> {
  const nonce = randomBytes(16);
  const reference = `attack-${randomBytes(8).toString('hex')}`;
  const digest = (created: string) => createHash('sha1').update(nonce).update(created).update(credentials.password);
  const padding = { key: credentials.bankCertificate, padding: constants.RSA_PKCS1_OAEP_PADDING };
  return {
    now: (seconds) => timeIn(seconds, now),
    reference: () => reference,
    username: () => credentials.username,
    password: () => credentials.password,
    nonce: () => nonce.toString('base64'),
    'password-digest': (seconds) => digest(timeIn(seconds, now)).digest('base64'),
    certificate: () => derOf(credentials.certificate),
    'stranger-certificate': () => derOf(credentials.strangerCertificate),
    'wrapped-key': () => publicEncrypt(padding, randomBytes(32)).toString('base64'),
    listener: () => credentials.listener,
    repeat: (argument = '') => {
      const [times = '', ...text] = argument.split(' ');
      return text.join(' ').repeat(Number(times));
    },
    byte: (hex = '') => String.fromCharCode(parseInt(hex, 16)),
  };
}

const canonical = (element: Element): string => new ExclusiveCanonicalization().process(element as never, {});

function singleElement(xml: string, xpath: string): Element {
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  const [element, ...others] = select(xpath, document as never) as unknown as Element[];
  if (!element || others.length > 0)
    throw new Error(`${xpath} is not one element but ${others.length + (element ? 1 : 0)}`);
  return element;
}

function sign(algorithm: string, keyName: string, signedInfo: string, credentials: Credentials): string {
  if (algorithm === 'none') return '';
  if (algorithm.startsWith('hmac-')) {
    const secret = createPublicKey(credentials.certificate).export({ format: 'pem', type: 'spki' });
    return createHmac(algorithm.slice('hmac-'.length), keyName === 'certificate' ? credentials.certificate : secret)
      .update(signedInfo)
      .digest('base64');
  }
  const key = keyName === 'stranger' ? credentials.strangerKey : credentials.key;
  return createSign(algorithm).update(signedInfo).sign(key, 'base64');
}

const texts = /\{\{([a-z-]+)(?: ([^}]*))?\}\}/g;
const digests = /\{\{digest (\S+) ([^}]+)\}\}/g;
const signatures = /\{\{signature (\S+) (\S+)(?: ([^}]+))?\}\}/;

/** Creates a new message on each call; throws for an unknown placeholder. */
export function hostileMessage(template: string, credentials: Credentials, now: Date = new Date()): string {
  const known = placeholders(credentials, now);
  const later = ['digest', 'signature'];
  const fresh = template.replace(texts, (whole, name: string, argument?: string) => {
    if (later.includes(name)) return whole;
    const fill = known[name];
    if (!fill) throw new Error(`unknown placeholder ${whole}`);
    return fill(argument);
  });
  const digested = fresh.replace(digests, (_, hash: string, xpath: string) =>
    createHash(hash)
      .update(canonical(singleElement(fresh, xpath)))
      .digest('base64'),
  );
  return signed(digested, credentials);
}

/** Signs one after the other, because a later signature may cover an earlier one. */
function signed(xml: string, credentials: Credentials): string {
  const [whole, algorithm = '', key = '', xpath = '//ds:SignedInfo'] = signatures.exec(xml) ?? [];
  if (!whole) return xml;
  const value = sign(algorithm, key, canonical(singleElement(xml, xpath)), credentials);
  return signed(
    xml.replace(whole, () => value),
    credentials,
  );
}
