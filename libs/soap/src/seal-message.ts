import type { KeyObject, X509Certificate } from 'node:crypto';
import { encrypt } from './encryption';
import { base64Binary, envelopeOf, type SoapVersion, wsse, wsse11, wsu, x509v3 } from './names';
import { sign } from './signature';
import { childrenOf, type Element, escapeXml, fill, is, parse, serialize } from './xml';

export interface Identity {
  key: KeyObject;
  certificate: X509Certificate;
}

export interface SealOptions {
  version: SoapVersion;
  /** XML of the one element in the Body, with its own prefix declarations. */
  content: string;
  created: Date;
  expires: Date;
  signer: Identity;
  /** The only receiver that can read the Body; without it the Body is not encrypted. */
  receiver?: X509Certificate;
  /** The signature of the answered request; absent in a request, and in replies to unsigned ones. */
  confirms?: string;
  /** A receiver without WS-Security must reject the message. */
  mustUnderstand?: boolean;
}

interface SealedMessage {
  xml: string;
  signatureValue: string;
}

const ids = { time: 'time', token: 'token', body: 'body', confirmation: 'confirmation', data: 'data' } as const;

/** Signs Body, Timestamp and the confirmation, if any; then encrypts the Body's content. */
export function sealMessage(options: SealOptions): SealedMessage {
  const { signer, receiver, content, confirms } = options;
  const signedIds = [ids.body, ids.time, ...(confirms === undefined ? [] : [ids.confirmation])];
  const { xml, signatureValue } = sign(plainMessage(options), signedIds, ids.token, signer.key);
  return { xml: receiver ? encrypted(xml, content, receiver) : xml, signatureValue };
}

function plainMessage({ version, content, created, expires, signer, confirms, mustUnderstand }: SealOptions): string {
  const confirmation =
    confirms === undefined
      ? ''
      : `<wsse11:SignatureConfirmation xmlns:wsse11="${wsse11}" wsu:Id="${ids.confirmation}" Value="${escapeXml(confirms)}"/>`;
  return (
    `<s:Envelope xmlns:s="${envelopeOf(version)}"><s:Header>` +
    `<wsse:Security xmlns:wsse="${wsse}" xmlns:wsu="${wsu}"${mustUnderstand ? ' s:mustUnderstand="1"' : ''}>` +
    `<wsu:Timestamp wsu:Id="${ids.time}"><wsu:Created>${created.toISOString()}</wsu:Created><wsu:Expires>${expires.toISOString()}</wsu:Expires></wsu:Timestamp>` +
    confirmation +
    `<wsse:BinarySecurityToken wsu:Id="${ids.token}" EncodingType="${base64Binary}" ValueType="${x509v3}">${signer.certificate.raw.toString('base64')}</wsse:BinarySecurityToken>` +
    `</wsse:Security></s:Header><s:Body xmlns:wsu="${wsu}" wsu:Id="${ids.body}">${content}</s:Body></s:Envelope>`
  );
}

function encrypted(xml: string, content: string, receiver: X509Certificate): string {
  const { wrappedKey, data } = encrypt(content, receiver, ids.data);
  const root = parse(xml);
  const [header, body] = childrenOf(root);
  const security = header && childrenOf(header).find((element) => is(element, wsse, 'Security'));
  if (!security || !body) throw new Error('the message has no Security header or Body');
  fill(body, parse(`<content>${data}</content>`));
  append(security, parse(wrappedKey));
  return serialize(root);
}

const append = (parent: Element, child: Element) => {
  const imported = parent.ownerDocument?.importNode(child, true);
  if (imported) parent.appendChild(imported);
};
