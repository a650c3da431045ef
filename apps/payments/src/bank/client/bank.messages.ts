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
import { type Answer, type Fields, unbelievable } from './answer';

export type Operation = 'Debit' | 'Credit' | 'GetTransaction' | 'GetBalance';

/** A request as it travels, and what its reply has to confirm. */
export interface Sealed {
  operation: Operation;
  body: string;
  contentType: string;
  signatureValue: string;
}

const namespace = 'urn:halftone:bank:1';
const version = '1.2';
const faultForm = { namespace, element: 'BankFault' };

/**
 * The messages of one client and its bank: signed by the one, readable by the other, and a reply is believed only if the bank's own key
 * signed it and it confirms the signature of the very request it is given with.
 */
export class BankMessages {
  constructor(
    private readonly own: Identity,
    private readonly bank: X509Certificate,
  ) {}

  seal(operation: Operation, fields: Fields, expires: Date): Sealed {
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

  /** Throws UNAVAILABLE for everything that cannot be believed. */
  open(body: string, request: Sealed): Answer {
    try {
      const trust = { certificates: [this.bank], key: this.own.key };
      return answerOf(verifyMessage(readMessage(Buffer.from(body)), trust, new Date()), request);
    } catch (error) {
      throw error instanceof SoapFault ? unbelievable(`${error.code} ${error.message}`, error) : error;
    }
  }
}

/** Document/literal wrapped: the fields in the order of the WSDL, which is theirs. */
function contentOf(operation: Operation, fields: Fields): string {
  const parts = Object.entries(fields).map(([name, text]) => `<b:${name}>${escapeXml(text)}</b:${name}>`);
  return `<b:${operation} xmlns:b="${namespace}">${parts.join('')}</b:${operation}>`;
}

function answerOf({ content, confirms }: OpenedMessage, { operation, signatureValue }: Sealed): Answer {
  const refusal = readFault(content, version, faultForm);
  if (!confirms.includes(signatureValue))
    throw unbelievable(refusal ? `${refusal.code} ${refusal.message}` : 'it answers another request');
  if (refusal) return { refusal };
  if (!is(content, namespace, `${operation}Response`)) throw unbelievable(`it is a ${content.localName}`);
  return { fields: Object.fromEntries(childrenOf(content).map(fieldOf)) };
}

function fieldOf(element: Element): [string, string] {
  const name = element.localName ?? '';
  if (!is(element, namespace, name)) throw unbelievable(`its ${name} is not the bank's`);
  return [name, textOf(element)];
}
