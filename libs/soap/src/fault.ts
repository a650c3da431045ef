import { envelopeOf, type SoapVersion, wsse } from './names';
import type { SecurityCode, SoapCode } from './soap-fault';
import { childrenOf, type Element, escapeXml, is, textOf } from './xml';

/** The content of a fault: the code of SOAP, perhaps one of WS-Security, and the service's own stable code. */
export interface FaultContent {
  soap: SoapCode;
  security?: SecurityCode;
  code: string;
  message: string;
}

const soap11Codes: Readonly<Record<SoapCode, string>> = {
  Sender: 'Client',
  Receiver: 'Server',
  VersionMismatch: 'VersionMismatch',
  MustUnderstand: 'MustUnderstand',
};

/** The service's own codes: their namespace, and the element in a fault's detail that contains `code` and `message`. */
interface FaultForm {
  namespace: string;
  element: string;
}

/** Writes the content of a Body. */
export function writeFault(version: SoapVersion, fault: FaultContent, { namespace, element }: FaultForm): string {
  const { soap, security, code, message } = fault;
  const text = escapeXml(message);
  const detail = `<b:${element}><b:code>${escapeXml(code)}</b:code><b:message>${text}</b:message></b:${element}>`;
  const open = `<s:Fault xmlns:s="${envelopeOf(version)}" xmlns:b="${namespace}" xmlns:wsse="${wsse}">`;
  if (version === '1.1') {
    const name = security ? `wsse:${security}` : `s:${soap11Codes[soap]}`;
    return `${open}<faultcode>${name}</faultcode><faultstring>${text}</faultstring><detail>${detail}</detail></s:Fault>`;
  }
  const subcode = security ? `wsse:${security}` : `b:${escapeXml(code)}`;
  return (
    `${open}<s:Code><s:Value>s:${soap}</s:Value><s:Subcode><s:Value>${subcode}</s:Value></s:Subcode></s:Code>` +
    `<s:Reason><s:Text xml:lang="en">${text}</s:Text></s:Reason><s:Detail>${detail}</s:Detail></s:Fault>`
  );
}

/**
 * Reads the service's own code and message; undefined when the content is not a fault. The code is empty in a fault
 * without them.
 */
export function readFault(
  content: Element,
  version: SoapVersion,
  { namespace, element }: FaultForm,
): { code: string; message: string } | undefined {
  if (!is(content, envelopeOf(version), 'Fault')) return undefined;
  const detail = childrenOf(content).find(({ localName }) => localName?.toLowerCase() === 'detail');
  const [own] = detail ? childrenOf(detail) : [];
  const parts = own && is(own, namespace, element) ? childrenOf(own) : [];
  const text = (name: string) => {
    const part = parts.find((child) => is(child, namespace, name));
    return part ? textOf(part) : '';
  };
  return { code: text('code'), message: text('message') };
}
