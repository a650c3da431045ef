import { childrenOf, type Element, escapeXml, SoapFault, textOf } from '@halftone/soap';
import { namespace, operations } from '../wsdl/wsdl';

/** Text content of an operation's elements, by element name. */
export type Fields = Readonly<Record<string, string>>;

export interface Request {
  operation: string;
  fields: Fields;
}

const declaration = 'http://www.w3.org/2000/xmlns/';
const securityIds = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
/** Maximum length of every text except the amount, which has its own error. */
const maxTextLength = 200;

const invalid = (message: string) => new SoapFault('MESSAGE_INVALID', message);

/** Accepts exactly what the WSDL describes: these elements, in this order and namespace, with text only. */
export function readRequest(content: Element): Request {
  const operation = content.localName ?? '';
  if (content.namespaceURI !== namespace || !Object.hasOwn(operations, operation))
    throw new SoapFault('OPERATION_UNKNOWN', 'unknown operation');
  assertNoAttributes(content);
  const parts = childrenOf(content);
  const fields: Record<string, string> = {};
  for (const { name, optional } of operations[operation]?.takes ?? []) {
    if (parts[0]?.localName === name) fields[name] = readField(parts.shift() as Element);
    else if (!optional) throw invalid(`${operation} has no ${name} at its position`);
  }
  if (parts.length > 0) throw invalid(`${operation} has an unexpected ${parts[0]?.localName}`);
  return { operation, fields };
}

function readField(element: Element): string {
  if (element.namespaceURI !== namespace) throw invalid(`${element.localName} is of another namespace`);
  assertNoAttributes(element);
  const text = textOf(element);
  if (text.length > maxTextLength && element.localName !== 'amount') throw invalid(`${element.localName} is too long`);
  return text;
}

/** Some readers interpret xsi:type, xsi:nil and schemaLocation, others don't; so none is allowed. */
function assertNoAttributes(element: Element): void {
  const stray = Array.from(element.attributes).find(
    ({ namespaceURI }) => namespaceURI !== declaration && namespaceURI !== securityIds,
  );
  if (stray) throw invalid(`${element.localName} has an attribute`);
}

/** NaN for anything but digits; the range is checked later. */
export const minorUnitsIn = (text: string): number => (/^-?\d{1,15}$/.test(text) ? Number(text) : NaN);

/** The Body of the reply; absent values are omitted. */
export function writeResponse(operation: string, values: Readonly<Record<string, unknown>>): string {
  const parts = (operations[operation]?.gives ?? []).flatMap(({ name }) => {
    const value = values[name];
    if (value === undefined || value === null) return [];
    return `<b:${name}>${escapeXml(value instanceof Date ? value.toISOString() : String(value))}</b:${name}>`;
  });
  return `<b:${operation}Response xmlns:b="${namespace}">${parts.join('')}</b:${operation}Response>`;
}
