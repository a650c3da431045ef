const begins = '-----BEGIN ';

/** A certificate or key as settings hold it, as PEM: it may be that already, base64 of that, or base64 of DER. */
export function pemOf(text: string, label: 'CERTIFICATE' | 'PRIVATE KEY'): string {
  if (text.trimStart().startsWith(begins)) return text;
  const bytes = Buffer.from(text, 'base64');
  const decoded = bytes.toString('latin1');
  if (decoded.trimStart().startsWith(begins)) return decoded;
  return `${begins}${label}-----\n${bytes.toString('base64')}\n-----END ${label}-----\n`;
}
