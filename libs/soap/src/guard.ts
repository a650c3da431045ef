import { SaxesParser, type SaxesTagNS } from 'saxes';
import { SoapFault } from './soap-fault';

/**
 * Limits that are checked before a tree is built: plain UTF-8 and a small number of elements, attributes and text.
 * Markup that two readers may interpret differently, or that makes a reader fetch or expand something, is rejected.
 */
export const limits = {
  bytes: 64 * 1024,
  depth: 32,
  elements: 500,
  attributes: 32,
  nameLength: 128,
} as const;

const utf8 = new TextDecoder('utf-8', { fatal: true });
const declared =
  /^<\?xml\s+version=(["'])1\.0\1(?:\s+encoding=(["'])utf-8\2)?(?:\s+standalone=(["'])(?:yes|no)\3)?\s*\?>/i;

/** Returns the text without its declaration. Throws SoapFault with a code MESSAGE_*. */
export function guard(bytes: Uint8Array): string {
  if (bytes.byteLength > limits.bytes) throw new SoapFault('MESSAGE_TOO_LARGE', `more than ${limits.bytes} bytes`);
  const text = decode(bytes).replace(declared, '');
  if (text.startsWith('<?xml '))
    throw new SoapFault('MESSAGE_ENCODING_UNSUPPORTED', 'a message must be XML 1.0 in UTF-8');
  if (text.includes('<!') || text.includes('<?'))
    throw new SoapFault(
      'MESSAGE_MARKUP_FORBIDDEN',
      'document types, comments, CDATA sections and processing instructions are not allowed',
    );
  walk(text);
  return text;
}

function decode(bytes: Uint8Array): string {
  if (bytes.includes(0)) throw new SoapFault('MESSAGE_ENCODING_UNSUPPORTED', 'the message contains a null byte');
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new SoapFault('MESSAGE_ENCODING_UNSUPPORTED', 'the message is not UTF-8', { cause });
  }
}

/** Checks that the text is well-formed XML 1.0 with namespaces, without building a tree. */
function walk(text: string): void {
  const parser = new SaxesParser({ xmlns: true, position: false });
  let depth = 0;
  let elements = 0;
  parser.on('error', (cause) => {
    throw new SoapFault('MESSAGE_MALFORMED', 'the message is not well-formed XML', { cause });
  });
  parser.on('opentag', (tag) => {
    depth += 1;
    elements += 1;
    if (depth > limits.depth || elements > limits.elements || isTooWide(tag))
      throw new SoapFault('MESSAGE_TOO_COMPLEX', 'the message has too many levels, elements or attributes');
  });
  parser.on('closetag', () => (depth -= 1));
  parser.write(text).close();
}

function isTooWide({ name, attributes }: SaxesTagNS): boolean {
  const names = Object.keys(attributes);
  return names.length > limits.attributes || [name, ...names].some(({ length }) => length > limits.nameLength);
}
