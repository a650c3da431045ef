import { DOMParser, type Element, type Node, XMLSerializer } from '@xmldom/xmldom';
import { SoapFault } from './soap-fault';

/** Builds trees of guarded text, and text of trees. */
export type { Element } from '@xmldom/xmldom';

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

/** The child elements. Throws for text between them, except whitespace. */
export function childrenOf(element: Element): Element[] {
  const nodes = nodesOf(element);
  const stray = nodes.find((node) => node.nodeType === TEXT && node.nodeValue?.trim());
  if (stray) throw new SoapFault('MESSAGE_INVALID', `${element.localName} may only contain elements`);
  return nodes.filter(isElement);
}

/** The text of an element. Throws when it contains anything else. */
export function textOf(element: Element): string {
  if (nodesOf(element).some((node) => node.nodeType !== TEXT))
    throw new SoapFault('MESSAGE_INVALID', `${element.localName} may only contain text`);
  return element.textContent ?? '';
}

export function* elementsOf(root: Element): Generator<Element> {
  yield root;
  for (const child of nodesOf(root)) if (isElement(child)) yield* elementsOf(child);
}

/** The element and its ancestors, from the inside out. */
export function* ancestorsOf(element: Element): Generator<Element> {
  for (let at: Node | null = element; at && isElement(at); at = at.parentNode) yield at;
}

/** Replaces the content of `element` with the content of `wrapper`, from another tree. */
export function fill(element: Element, wrapper: Element): void {
  nodesOf(element).forEach((node) => element.removeChild(node));
  for (const node of nodesOf(wrapper)) element.appendChild(documentOf(element).importNode(node, true));
}

function documentOf({ ownerDocument }: Element) {
  if (!ownerDocument) throw new Error('the element has no document');
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
