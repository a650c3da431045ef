import type { X509Certificate } from 'node:crypto';
import {
  childrenOf,
  contentTypeOf,
  type Element,
  escapeXml,
  type Identity,
  is,
  type OpenedMessage,
  readFault,
  readMessage,
  sealMessage,
  SoapFault,
  textOf,
  verifyMessage,
} from '@halftone/soap';
import { type Answer, type Fields, invalidAnswer } from './answer';

export type Operation = 'Debit' | 'Credit' | 'GetTransaction' | 'GetBalance';

/** A signed and encrypted request, and the signature that its reply must confirm. */
export interface SealedRequest {
  operation: Operation;
  body: string;
  contentType: string;
  signatureValue: string;
}

const namespace = 'urn:halftone:bank:1';
const version = '1.2';
const faultForm = { namespace, element: 'BankFault' };

/**
 * Seals requests to the bank and opens its replies. A request is signed by this client and encrypted for the bank.
 * A reply is valid only if the bank's key signed it and it confirms the signature of its request.
 */
export class BankMessages {
  constructor(
    private readonly own: Identity,
    private readonly bank: X509Certificate,
  ) {}

  seal(operation: Operation, fields: Fields, expires: Date): SealedRequest {
    const { xml, signatureValue } = sealMessage({
      version,
      content: contentOf(operation, fields),
      created: new Date(),
      expires,
      signer: this.own,
      receiver: this.bank,
      mustUnderstand: true,
    });
    const contentType = contentTypeOf(version, `${namespace}/${operation}`);
    return { operation, body: xml, contentType, signatureValue };
  }

  /** Throws UNAVAILABLE for an invalid reply. */
  open(body: string, request: SealedRequest): Answer {
    try {
      const trust = { certificates: [this.bank], key: this.own.key };
      return answerOf(verifyMessage(readMessage(Buffer.from(body)), trust, new Date()), request);
    } catch (error) {
      throw error instanceof SoapFault ? invalidAnswer(`${error.code} ${error.message}`, error) : error;
    }
  }
}

/** Document/literal wrapped; the fields must be in the order of the WSDL. */
function contentOf(operation: Operation, fields: Fields): string {
  const parts = Object.entries(fields).map(([name, text]) => `<b:${name}>${escapeXml(text)}</b:${name}>`);
  return `<b:${operation} xmlns:b="${namespace}">${parts.join('')}</b:${operation}>`;
}

function answerOf({ content, confirms }: OpenedMessage, { operation, signatureValue }: SealedRequest): Answer {
  const refusal = readFault(content, version, faultForm);
  if (!confirms.includes(signatureValue))
    throw invalidAnswer(refusal ? `${refusal.code} ${refusal.message}` : 'it confirms another request');
  if (refusal) return { refusal };
  if (!is(content, namespace, `${operation}Response`)) throw invalidAnswer(`it is a ${content.localName}`);
  return { fields: Object.fromEntries(childrenOf(content).map(fieldOf)) };
}

function fieldOf(element: Element): [string, string] {
  const name = element.localName ?? '';
  if (!is(element, namespace, name)) throw invalidAnswer(`its ${name} is in another namespace`);
  return [name, textOf(element)];
}
