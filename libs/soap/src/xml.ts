import { DOMParser, type Element, type Node, XMLSerializer } from '@xmldom/xmldom';
import { SoapFault } from './soap-fault';

/** Trees of what the guard let through, and text of trees. */
export type { Document, Element } from '@xmldom/xmldom';

const ELEMENT = 1;
const TEXT = 3;

const malformed = (cause: unknown) =>
  new SoapFault('MESSAGE_MALFORMED', 'the message is not well-formed XML', { cause });

export function parse(xml: string): Element {
  try {
    const { documentElement } = new DOMParser({
      onError: (level, message) => {
        throw malformed(`${level}: ${message}`);
      },
    }).parseFromString(xml, 'text/xml');
    if (documentElement) return documentElement;
  } catch (error) {
    throw error instanceof SoapFault ? error : malformed(error);
  }
  throw malformed('no element');
}

export const serialize = (node: Node): string => new XMLSerializer().serializeToString(node);

const isElement = (node: Node): node is Element => node.nodeType === ELEMENT;

export const is = (element: Element, namespace: string, name: string): boolean =>
  element.namespaceURI === namespace && element.localName === name;

const nodesOf = (element: Element): Node[] => Array.from(element.childNodes);

/** Text between elements, other than blanks, is refused. */
export function childrenOf(element: Element): Element[] {
  const nodes = nodesOf(element);
  const stray = nodes.find((node) => node.nodeType === TEXT && node.nodeValue?.trim());
  if (stray) throw new SoapFault('MESSAGE_INVALID', `text where only elements belong, in ${element.localName}`);
  return nodes.filter(isElement);
}

/** The text of an element that holds nothing else. */
export function textOf(element: Element): string {
  if (nodesOf(element).some((node) => node.nodeType !== TEXT))
    throw new SoapFault('MESSAGE_INVALID', `${element.localName} holds more than text`);
  return element.textContent ?? '';
}

export function* elementsOf(root: Element): Generator<Element> {
  yield root;
  for (const child of nodesOf(root)) if (isElement(child)) yield* elementsOf(child);
}

/** The element itself, then what it stands in. */
export function* upwards(element: Element): Generator<Element> {
  for (let at: Node | null = element; at && isElement(at); at = at.parentNode) yield at;
}

/** Puts what stands in `wrapper`, of another tree, in the place of all that stands in `element`. */
export function fill(element: Element, wrapper: Element): void {
  nodesOf(element).forEach((node) => element.removeChild(node));
  for (const node of nodesOf(wrapper)) element.appendChild(insistOnDocument(element).importNode(node, true));
}

function insistOnDocument({ ownerDocument }: Element) {
  if (!ownerDocument) throw new Error('an element without a document');
  return ownerDocument;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};

/** For element content and attribute values alike. */
export const escapeXml = (text: string): string => text.replace(/[&<>"\r]/g, (char) => entities[char] ?? '');
