import { envelopeOf, soap11, soap12, type SoapVersion, wsse } from './names';
import { SoapFault } from './soap-fault';
import { childrenOf, type Element, is } from './xml';

/** The parts of a message, each in its required position. */
export interface Envelope {
  version: SoapVersion;
  root: Element;
  security: Element | undefined;
  body: Element;
}

const versionOf = ({ namespaceURI }: Element): SoapVersion | undefined =>
  namespaceURI === soap11 ? '1.1' : namespaceURI === soap12 ? '1.2' : undefined;

const invalid = (message: string) => new SoapFault('MESSAGE_INVALID', message);

/**
 * Reads an optional Header, then the Body, and nothing else. Throws VERSION_UNSUPPORTED, MESSAGE_INVALID,
 * HEADER_NOT_UNDERSTOOD, SECURITY_INVALID.
 */
export function readEnvelope(root: Element): Envelope {
  const version = versionOf(root);
  if (!version || root.localName !== 'Envelope')
    throw new SoapFault('VERSION_UNSUPPORTED', 'neither a SOAP 1.1 nor a SOAP 1.2 envelope');
  const namespace = envelopeOf(version);
  const parts = childrenOf(root);
  const body = parts.at(-1);
  if (!body || !is(body, namespace, 'Body')) throw invalid('an envelope must end with its Body');
  const [header, ...others] = parts.slice(0, -1);
  if (others.length > 0 || (header && !is(header, namespace, 'Header')))
    throw invalid('an envelope must consist of a Header and a Body');
  return { version, root, security: header && securityOf(header, version), body };
}

/** The one Security header for this receiver. Any other header that must be understood is an error. */
function securityOf(header: Element, version: SoapVersion): Element | undefined {
  const headers = childrenOf(header);
  const securities = headers.filter((element) => is(element, wsse, 'Security') && isForUs(element, version));
  if (securities.length > 1) throw new SoapFault('SECURITY_INVALID', 'more than one Security header');
  for (const element of headers)
    if (!securities.includes(element) && mustBeUnderstood(element, version))
      throw new SoapFault('HEADER_NOT_UNDERSTOOD', `the header ${element.localName} is not understood`);
  return securities[0];
}

const next = ['http://schemas.xmlsoap.org/soap/actor/next', `${soap12}/role/next`, `${soap12}/role/ultimateReceiver`];

function isForUs(element: Element, version: SoapVersion): boolean {
  const actor = element.getAttributeNS(envelopeOf(version), version === '1.1' ? 'actor' : 'role');
  return !actor || next.includes(actor);
}

const mustBeUnderstood = (element: Element, version: SoapVersion): boolean =>
  isForUs(element, version) &&
  ['1', 'true'].includes(element.getAttributeNS(envelopeOf(version), 'mustUnderstand') ?? '');

/** The one element in a Body. */
export function contentOf(body: Element): Element {
  const [content, ...others] = childrenOf(body);
  if (!content || others.length > 0) throw invalid('a Body must contain exactly one element');
  return content;
}
