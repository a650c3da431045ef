import { childrenOf, type Element, escapeXml, SoapFault, textOf } from '@halftone/soap';
import { namespace, operations } from '../wsdl/wsdl';

/** The texts of an operation's elements by their names. */
export type Fields = Readonly<Record<string, string>>;

export interface Request {
  operation: string;
  fields: Fields;
}

const declaration = 'http://www.w3.org/2000/xmlns/';
const securityIds = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
/** Of any text but an amount, whose own limit says more. */
const longestText = 200;

const invalid = (message: string) => new SoapFault('MESSAGE_INVALID', message);

/** Exactly what the WSDL says: these elements, in this order, of this namespace, with nothing in them but text. */
export function readRequest(content: Element): Request {
  const operation = content.localName ?? '';
  if (content.namespaceURI !== namespace || !Object.hasOwn(operations, operation))
    throw new SoapFault('OPERATION_UNKNOWN', 'there is no such operation');
  insistOnNoAttributes(content);
  const parts = childrenOf(content);
  const fields: Record<string, string> = {};
  for (const { name, optional } of operations[operation]?.takes ?? []) {
    if (parts[0]?.localName === name) fields[name] = readField(parts.shift() as Element);
    else if (!optional) throw invalid(`${operation} has no ${name} where it belongs`);
  }
  if (parts.length > 0) throw invalid(`${operation} ends before ${parts[0]?.localName}`);
  return { operation, fields };
}

function readField(element: Element): string {
  if (element.namespaceURI !== namespace) throw invalid(`${element.localName} is of another namespace`);
  insistOnNoAttributes(element);
  const text = textOf(element);
  if (text.length > longestText && element.localName !== 'amount') throw invalid(`${element.localName} is too long`);
  return text;
}

/** Types, nil and locations of schemas change what an element means to some and not to others. */
function insistOnNoAttributes(element: Element): void {
  const stray = Array.from(element.attributes).find(
    ({ namespaceURI }) => namespaceURI !== declaration && namespaceURI !== securityIds,
  );
  if (stray) throw invalid(`${element.localName} has an attribute`);
}

/** NaN for anything but digits; which whole numbers are amounts is not decided here. */
export const minorUnitsIn = (text: string): number => (/^-?\d{1,15}$/.test(text) ? Number(text) : NaN);

/** The content of the Body that answers; what is absent is left out. */
export function writeResponse(operation: string, said: Readonly<Record<string, unknown>>): string {
  const parts = (operations[operation]?.gives ?? []).flatMap(({ name }) => {
    const value = said[name];
    if (value === undefined || value === null) return [];
    return `<b:${name}>${escapeXml(value instanceof Date ? value.toISOString() : String(value))}</b:${name}>`;
  });
  return `<b:${operation}Response xmlns:b="${namespace}">${parts.join('')}</b:${operation}Response>`;
}
