type Label = 'CERTIFICATE' | 'PRIVATE KEY' | 'PUBLIC KEY';

const begin = '-----BEGIN ';

/** A certificate or key from a setting, as PEM. The setting is PEM, base64 of PEM, or base64 of DER; `label` is for DER. */
export function pemOf(text: string, label: Label): string {
  if (text.trimStart().startsWith(begin)) return text;
  const bytes = Buffer.from(text, 'base64');
  const decoded = bytes.toString('latin1');
  if (decoded.trimStart().startsWith(begin)) return decoded;
  return `${begin}${label}-----\n${bytes.toString('base64')}\n-----END ${label}-----\n`;
}

/** A check for settings schemas: whether `read` accepts the text. */
export const isReadable =
  (read: (text: string) => unknown) =>
  (text: string): boolean => {
    try {
      read(text);
      return true;
    } catch {
      // The settings schema reports it as invalid.
      return false;
    }
  };
