import { envelopeOf, type SoapVersion, wsse } from './names';
import type { SecurityCode, SoapCode } from './soap-fault';
import { childrenOf, type Element, escapeXml, is, textOf } from './xml';

/** What a fault says: in SOAP's words, perhaps in those of WS-Security, and in the service's own, which are stable. */
export interface FaultWords {
  soap: SoapCode;
  security?: SecurityCode;
  code: string;
  message: string;
}

const old: Readonly<Record<SoapCode, string>> = {
  Sender: 'Client',
  Receiver: 'Server',
  VersionMismatch: 'VersionMismatch',
  MustUnderstand: 'MustUnderstand',
};

/** The service's own: where its codes are from, and the element in a fault's detail that holds `code` and `message`. */
export interface FaultForm {
  namespace: string;
  element: string;
}

/** The content of a Body. */
export function writeFault(version: SoapVersion, words: FaultWords, { namespace, element }: FaultForm): string {
  const { soap, security, code, message } = words;
  const text = escapeXml(message);
  const detail = `<b:${element}><b:code>${escapeXml(code)}</b:code><b:message>${text}</b:message></b:${element}>`;
  const open = `<s:Fault xmlns:s="${envelopeOf(version)}" xmlns:b="${namespace}" xmlns:wsse="${wsse}">`;
  if (version === '1.1') {
    const name = security ? `wsse:${security}` : `s:${old[soap]}`;
    return `${open}<faultcode>${name}</faultcode><faultstring>${text}</faultstring><detail>${detail}</detail></s:Fault>`;
  }
  const subcode = security ? `wsse:${security}` : `b:${escapeXml(code)}`;
  return (
    `${open}<s:Code><s:Value>s:${soap}</s:Value><s:Subcode><s:Value>${subcode}</s:Value></s:Subcode></s:Code>` +
    `<s:Reason><s:Text xml:lang="en">${text}</s:Text></s:Reason><s:Detail>${detail}</s:Detail></s:Fault>`
  );
}

/** The service's own words in a fault; undefined when the content is none. A fault without them has an empty code. */
export function readFault(
  content: Element,
  version: SoapVersion,
  { namespace, element }: FaultForm,
): { code: string; message: string } | undefined {
  if (!is(content, envelopeOf(version), 'Fault')) return undefined;
  const detail = childrenOf(content).find(({ localName }) => localName?.toLowerCase() === 'detail');
  const [fault] = detail ? childrenOf(detail) : [];
  const own = fault && is(fault, namespace, element) ? childrenOf(fault) : [];
  const text = (name: string) => {
    const part = own.find((child) => is(child, namespace, name));
    return part ? textOf(part) : '';
  };
  return { code: text('code'), message: text('message') };
}
