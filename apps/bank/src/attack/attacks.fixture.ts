/** The corpus `attacks/`: its manifest, the bytes of each message, and the bank's answer to it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOMParser } from '@xmldom/xmldom';
import { type Credentials, hostileMessage } from './hostile-message.fixture';

/** A row of `attacks/manifest.json`. */
export interface Attack {
  file: string;
  about: string;
  /** The code in the fault's detail. */
  code: string;
  /** HTTP status; default 500. */
  status?: number;
  /** SOAPAction; default that of Debit, null for none. */
  action?: string | null;
  contentType?: string;
  /** Encoding on the wire; default UTF-8. UTF-16 starts with a byte order mark. */
  encoding?: 'utf16le' | 'latin1';
  /** How often the same bytes are sent; only the last delivery is the attack. */
  deliver?: number;
}

export interface Answer {
  status: number;
  body: string;
  /** The code in the fault's detail; undefined if the answer is not a fault. */
  code: string | undefined;
  /** The qualified name as written. */
  faultCode: string | undefined;
  ms: number;
}

const folder = join(__dirname, '../../attacks');

const template = (file: string) => readFileSync(join(folder, file), 'utf8');

export const attacks = JSON.parse(template('manifest.json')) as Attack[];

const bytesOf = (text: string, encoding: Attack['encoding']): Buffer =>
  encoding === 'utf16le' ? Buffer.from(`\ufeff${text}`, encoding) : Buffer.from(text, encoding ?? 'utf8');

const headersOf = ({
  action = 'urn:halftone:bank:1/Debit',
  contentType = 'text/xml; charset=utf-8',
}: Partial<Attack>) => ({
  'content-type': contentType,
  ...(action === null ? {} : { soapaction: `"${action}"` }),
});

/** Creates a new message and sends it as often as the attack says. Returns the last answer. */
export async function sendAttack(url: string, attack: Attack, credentials: Credentials): Promise<Answer> {
  const bytes = bytesOf(hostileMessage(template(attack.file), credentials), attack.encoding);
  for (let left = (attack.deliver ?? 1) - 1; left > 0; left -= 1) await post(url, bytes, headersOf(attack));
  return post(url, bytes, headersOf(attack));
}

/** Sends one of the correct messages that the attacks are derived from. */
export const harmless = (url: string, file: 'username' | 'signature', credentials: Credentials): Promise<Answer> =>
  post(url, bytesOf(hostileMessage(template(`harmless/${file}.xml`), credentials), undefined), headersOf({}));

async function post(url: string, body: Buffer, headers: Record<string, string>): Promise<Answer> {
  const start = performance.now();
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
  const text = await response.text();
  return { status: response.status, body: text, ...faultOf(text), ms: performance.now() - start };
}

function faultOf(xml: string): Pick<Answer, 'code' | 'faultCode'> {
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  const text = (name: string) => document.getElementsByTagNameNS('*', name).item(0)?.textContent ?? undefined;
  return { code: text('code'), faultCode: text('faultcode') ?? text('Value') };
}
