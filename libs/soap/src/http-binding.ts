import type { SoapVersion } from './names';
import { SoapFault } from './soap-fault';

/** The HTTP binding: SOAP 1.1 note §6, and for 1.2 RFC 3902. */
const mediaTypes = { 'text/xml': '1.1', 'application/soap+xml': '1.2' } as const satisfies Record<string, SoapVersion>;

export const contentTypeOf = (version: SoapVersion, action?: string): string =>
  version === '1.1'
    ? 'text/xml; charset=utf-8'
    : `application/soap+xml; charset=utf-8${action ? `; action="${action}"` : ''}`;

const parameter = /;\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s;"]+))/g;

interface ContentType {
  version: SoapVersion;
  parameters: ReadonlyMap<string, string>;
}

/** Undefined when it is not a SOAP type. Throws MESSAGE_ENCODING_UNSUPPORTED when the charset is not UTF-8. */
export function readContentType(header: string): ContentType | undefined {
  const type = header.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!Object.hasOwn(mediaTypes, type)) return undefined;
  const found = Array.from(
    header.matchAll(parameter),
    ([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? ''] as const,
  );
  const parameters = new Map(found);
  const charset = parameters.get('charset') ?? 'utf-8';
  if (charset.toLowerCase() !== 'utf-8') throw new SoapFault('MESSAGE_ENCODING_UNSUPPORTED', 'a message must be UTF-8');
  return { version: mediaTypes[type as keyof typeof mediaTypes], parameters };
}

/** The SOAP action in the HTTP headers; empty when there is none. */
export const actionOf = ({ version, parameters }: ContentType, soapAction: string | undefined): string =>
  version === '1.2' ? (parameters.get('action') ?? '') : (soapAction ?? '').trim().replace(/^"(.*)"$/, '$1');
